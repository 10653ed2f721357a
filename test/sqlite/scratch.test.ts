import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createBackend } from '../../backends/index.ts';
const modules = import.meta.glob('../conformance/*.ts', { eager: true }) as Record<string, Record<string, unknown>>;
const target = {
  name: 'sqlite', gaps: [], unreachable: async () => null,
  place: async () => {
    const dir = mkdtempSync(join(tmpdir(), 'gm-'));
    return { handle: () => createBackend('sqlite', { path: join(dir, 'm.db'), synchronous: 'normal' }), destroy: async () => rmSync(dir, { recursive: true }) };
  },
};
describe('sqlite', () => {
  for (const [file, module] of Object.entries(modules)) {
    if (file.endsWith('.test.ts')) continue;
    for (const concern of Object.values(module)) if (typeof concern === 'function' && 'concern' in concern) (concern as unknown as (t: unknown) => void)(target);
  }
});
