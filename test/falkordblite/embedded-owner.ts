import { createBackend } from '../../backends/index.ts';
import { singleTenantScope } from '../../src/auth/policy.ts';
import { batchOf, creates, makeMemory } from '../support/builders.ts';

/** Owns a store in a process of its own and writes until it is ended; each line is the number of a memory whose write was answered. */
const [path = '', bin = ''] = process.argv.slice(2);
const store = await createBackend('falkordblite', { path, bin, graph: 'g' });
await store.open();
for (let id = 1; ; id += 1) {
  await store.write(singleTenantScope, batchOf([creates(makeMemory({ id }))]));
  process.stdout.write(`${id}\n`);
}
