import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchContext } from './bench/bench-context.ts';
import { growth } from './bench/sections/growth.ts';
import { related } from './bench/sections/related.ts';
import { search } from './bench/sections/search.ts';
import { servers } from './bench/sections/servers.ts';
import { start } from './bench/sections/start.ts';
import { store } from './bench/sections/store.ts';
import { tenants } from './bench/sections/tenants.ts';
import { tokenCosts } from './bench/sections/tokens.ts';

const sections: Readonly<Record<string, (context: BenchContext) => Promise<void>>> = {
  tokens: tokenCosts,
  start,
  search,
  store,
  related,
  growth,
  tenants,
  servers,
};

const given = process.argv.slice(2);
const chosen = given.filter((word) => word !== '--large');
const unknown = chosen.filter((word) => !Object.hasOwn(sections, word));
if (unknown.length > 0) {
  console.error(
    `There is no section ${unknown.join(', ')}. Choose from: ${Object.keys(sections).join(', ')}; --large adds a million memories.`,
  );
  process.exit(2);
}

const load = (): string => loadavg()[0]?.toFixed(1) ?? '?';
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${load()} at the start. Limits are measured in turn with what they limit.`,
);

const folder = mkdtempSync(join(tmpdir(), 'graph-memory-bench-'));
const context = new BenchContext(folder, given.includes('--large'));
const begun = performance.now();
try {
  for (const name of chosen.length > 0 ? chosen : Object.keys(sections)) await sections[name]?.(context);
} finally {
  await context.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${((performance.now() - begun) / 1000).toFixed(0)} s, load ${load()} at the end.`);
