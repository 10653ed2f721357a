import type { MemoryId, RelationshipId } from '../../../src/domain/ids.ts';
import type { Arrival, Hold, KindCounts, Step } from '../../../src/storage/migration.ts';
import { toChange } from '../changes.ts';
import { keyOf } from '../keys.ts';
import { nothingTouched } from '../load-images.ts';
import { toMemory, toRelationship } from '../records.ts';
import type { Row } from '../values.ts';
import { step, takeOut, takeOutRelationship, type Ways } from './carry.ts';
import { linesBehind, linesOfRecords, nodesByKeys, notAdopted } from './pages.ts';

const created = `${notAdopted} AND c.kind = 'created'`;
const atOnce = 500;

/** What came to the tenant since a run began, and is still there. */
interface ArrivedPage {
  readonly memories: readonly Row[];
  readonly relationships: readonly Row[];
  readonly next: string | null;
}

/** The log tells what came in: lines that no migration took over. */
const arrivedBehind = async ({ part, run }: Ways, from: string | null, limit: number): Promise<ArrivedPage> => {
  const { tenant } = run.assignment;
  const lines = await linesBehind(part, tenant, Number(from ?? run.base), limit, created);
  const keyed = (entity: string): readonly string[] =>
    lines.filter((line) => line.entity === entity).map(({ entity_id }) => keyOf(tenant, String(entity_id)));
  const newOnes = async (label: 'Memory' | 'Relationship', entity: string): Promise<readonly Row[]> => {
    const found = await nodesByKeys(part, label, keyed(entity));
    const entries = await nodesByKeys(
      part,
      'Carried',
      [...found.values()].map(({ id }) => keyOf(tenant, `${entity}/${id}`)),
    );
    return [...found.values()].filter(({ id }) => !entries.has(keyOf(tenant, `${entity}/${id}`)));
  };
  return {
    memories: await newOnes('Memory', 'memory'),
    relationships: await newOnes('Relationship', 'relationship'),
    next: lines.length < limit ? null : String(lines.at(-1)?.seq),
  };
};

async function* pages(ways: Ways): AsyncGenerator<ArrivedPage> {
  let from: string | null = null;
  do {
    const page: ArrivedPage = await arrivedBehind(ways, from, atOnce);
    yield page;
    from = page.next;
  } while (from !== null);
}

const linesOf = ({ part, run }: Ways, { memories, relationships }: ArrivedPage): Promise<readonly Row[]> => {
  const ids = [...memories, ...relationships].map(({ id }) => String(id));
  return linesOfRecords(part, run.assignment.tenant, ids, notAdopted);
};

export const countArrivals = async (ways: Ways): Promise<KindCounts> => {
  const counts = { memory: 0, relationship: 0, change: 0, key: 0 };
  for await (const page of pages(ways)) {
    counts.memory += page.memories.length;
    counts.relationship += page.relationships.length;
    counts.change += (await linesOf(ways, page)).length;
  }
  return counts;
};

export const readArrivals = async (
  ways: Ways,
  kind: Arrival['kind'],
  from: string | null,
  limit: number,
): Promise<{ readonly records: readonly Arrival[]; readonly next: string | null }> => {
  const page = await arrivedBehind(ways, from, limit);
  const recordsOf = async (): Promise<readonly Arrival[]> => {
    if (kind === 'memory') return page.memories.map((row) => ({ kind, record: toMemory(row) }));
    if (kind === 'relationship') return page.relationships.map((row) => ({ kind, record: toRelationship(row) }));
    return (await linesOf(ways, page)).map((row) => ({ kind, record: toChange(row) }));
  };
  return { records: await recordsOf(), next: page.next };
};

/** Takes the first of them out, with their lines. */
export const removeArrived = async (ways: Ways, hold: Hold, limit: number): Promise<Step> => {
  for await (const page of pages(ways)) {
    const memories = page.memories.slice(0, limit);
    const relationships = page.relationships.slice(0, limit);
    if (memories.length + relationships.length === 0) continue;
    const touched = nothingTouched();
    for (const { id } of memories) touched.memories.add(id as MemoryId);
    for (const { id } of memories) touched.purged.add(id as MemoryId);
    for (const { id } of relationships) touched.relationships.add(id as RelationshipId);
    const lines = await linesOf(ways, { memories, relationships, next: null });
    await step(ways, hold, touched, (draft) => {
      for (const { id } of relationships) takeOutRelationship(draft, id as RelationshipId);
      for (const { id } of memories) takeOut(draft, id as MemoryId);
      return { added: [], dropped: [], place: {}, lines: lines.map(({ key }) => String(key)) };
    });
    const rows = memories.length + relationships.length;
    return { rows, changed: rows, done: false };
  }
  return { rows: 0, changed: 0, done: true };
};
