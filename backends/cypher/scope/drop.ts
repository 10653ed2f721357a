import type { Step } from '../../../src/storage/migration.ts';
import type { Dialect } from '../dialect.ts';
import type { Ways } from './carry.ts';
import { writeAgain } from './ledger.ts';
import { type Label, nodesBehind, prefixOf } from './pages.ts';

/** Some of these nodes, if there are any left. */
const dropSome = async (dialect: Dialect, label: Label, prefix: string, limit: number): Promise<number> => {
  const keys = (await nodesBehind(dialect, label, prefix, '', limit)).map(({ key }) => String(key));
  if (keys.length === 0) return 0;
  await writeAgain(dialect, {
    text: `UNWIND $keys AS k MATCH (n:${label} {key: k}) DETACH DELETE n`,
    parameters: { keys },
  });
  return keys.length;
};

const ownLabels = ['Relationship', 'Vector', 'Change', 'Memory', 'Audience', 'State', 'Head'] as const;

const wordsText = 'MATCH (w:Word) WITH w LIMIT $limit DETACH DELETE w RETURN true AS done';

/** The head goes last: as long as it stands, nothing is written without a tenant. */
const dropOriginals = async ({ base }: Ways, limit: number): Promise<number> => {
  if (base.partOf !== undefined) {
    const rows = await writeAgain(base, { text: wordsText, parameters: { limit } });
    if (rows.length > 0) return rows.length;
  }
  for (const label of ownLabels) {
    const dropped = await dropSome(base, label, prefixOf(null), limit);
    if (dropped > 0) return dropped;
  }
  return 0;
};

/** The records that were copied, once there is no way back, and then the journal. */
export const dropBatch = async (ways: Ways, limit: number): Promise<Step> => {
  const { part, run } = ways;
  const originals = run.state === 'finalized' ? await dropOriginals(ways, limit) : 0;
  const rows = originals > 0 ? originals : await dropSome(part, 'Carried', prefixOf(run.assignment.tenant), limit);
  return { rows, changed: rows, done: rows === 0 };
};
