import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { toolsPage } from '../../scripts/tools-page.ts';
import { tools } from '../../src/tools/registry.ts';

test('docs/tools.md is what scripts/gen-docs.ts writes, with every tool in it', async () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/tools.md'), 'utf8');
  expect(page, 'run: npm run docs').toBe(await toolsPage());
  expect([...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)).toEqual(tools.map(({ name }) => name));
});
