import { download, downloaded } from './downloads.ts';

/** Fetches what the servers of the tests are started from; the tests themselves then need no network. */
for (const what of ['falkordb', 'neo4j'] as const) {
  await download(what);
  process.stdout.write(`${what}: ${downloaded(what)}\n`);
}
