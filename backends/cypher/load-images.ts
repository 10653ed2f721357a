import type { MemoryId, RelationshipId, TenantId } from '../../src/domain/ids.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteBatch, WriteOperation } from '../../src/storage/batch.ts';
import type { Dialect } from './dialect.ts';
import type { Head, Images, KeptMemory, KeptRelationship } from './draft.ts';
import { keyOf } from './keys.ts';
import { toMemory, toRelationship } from './records.ts';
import { guardName, indexStateName, keyName } from './states.ts';
import { keptTexts } from './texts.ts';
import type { Row } from './values.ts';

/** The two ends and the type of what may be live once. */
export const liveKey = (tenantKey: string, { from, to, type }: Pick<Relationship, 'from' | 'to' | 'type'>): string =>
  `${tenantKey}${from} ${type} ${to}`;

/** The node `head` of a tenant. */
export const headName = 'head';

/** What a write has to know. */
export interface Touched {
  readonly memories: Set<MemoryId>;
  readonly relationships: Set<RelationshipId>;
  readonly pairs: Set<string>;
  readonly states: Set<string>;
  readonly purged: Set<MemoryId>;
}

const touch = (touched: Touched, scope: TenantScope, operation: WriteOperation): void => {
  switch (operation.op) {
    case 'create_memory':
    case 'replace_memory':
      touched.memories.add(operation.memory.id);
      return;
    case 'create_relationship':
    case 'replace_relationship': {
      const { relationship } = operation;
      touched.relationships.add(relationship.id);
      touched.memories.add(relationship.from).add(relationship.to);
      touched.pairs.add(liveKey(keyOf(scope.tenant, ''), relationship));
      return;
    }
    case 'index_memory':
    case 'set_vector':
      touched.memories.add(operation.id);
      return;
    case 'count_usage':
      for (const id of operation.ids) touched.memories.add(id);
      return;
    case 'remember_key':
      touched.states.add(keyName(scope, operation.key));
      return;
    case 'expect_revision':
      touched.states.add(guardName(operation.guard));
      return;
    case 'set_index_state':
      touched.states.add(indexStateName);
      return;
    case 'import_change':
      if (operation.change.entity === 'relationship') touched.relationships.add(operation.change.id);
      return;
    case 'purge_memory':
      touched.memories.add(operation.id);
      touched.purged.add(operation.id);
      return;
  }
};

export const nothingTouched = (): Touched => ({
  memories: new Set(),
  relationships: new Set(),
  pairs: new Set(),
  states: new Set(),
  purged: new Set(),
});

export const touchedBy = (scope: TenantScope, batch: WriteBatch): Touched => {
  const touched = nothingTouched();
  for (const operation of batch.operations) touch(touched, scope, operation);
  return touched;
};

const headText = 'MATCH (h:Head {key: $key}) RETURN properties(h) AS record';
const beginText =
  'MERGE (h:Head {key: $key}) ON CREATE SET h.revision = 0, h.seq = 0, h.operations = [] RETURN h.key AS key';

const noHead: Head = { revision: 0, seq: 0, at: null, operations: [], movedTo: null, fence: 0, place: null };

/** Null before the first write. */
export const readHead = async (dialect: Dialect, tenant: TenantId | null): Promise<Head | null> => {
  const [found] = await dialect.read({ text: headText, parameters: { key: keyOf(tenant, headName) } });
  if (found === undefined) return null;
  const { revision, seq, at, operations, moved_to, fence, place } = found.record as Row;
  return {
    revision: Number(revision),
    seq: Number(seq),
    at: at === undefined || at === null ? null : Number(at),
    operations: operations as string[],
    movedTo: (moved_to ?? null) as TenantId | null,
    fence: Number(fence ?? 0),
    place: (place ?? null) as string | null,
  };
};

const loadHead = async (dialect: Dialect, tenant: TenantId | null): Promise<Head> => {
  const head = await readHead(dialect, tenant);
  if (head !== null) return head;
  await dialect.write({ text: beginText, parameters: { key: keyOf(tenant, headName) } });
  return noHead;
};

const byKeys = (dialect: Dialect, pattern: string, keys: readonly string[]): Promise<readonly Row[]> =>
  keys.length === 0
    ? Promise.resolve([])
    : dialect.read({ text: `UNWIND $keys AS k MATCH ${pattern} RETURN properties(n) AS record`, parameters: { keys } });

const toKept = ({ record }: Row): KeptRelationship => {
  const words = String((record as Row).words ?? '');
  return { relationship: toRelationship(record), words: words === '' ? [] : words.split(' ') };
};

const loadRelationships = async (
  dialect: Dialect,
  tenant: TenantId | null,
  touched: Touched,
): Promise<ReadonlyMap<RelationshipId, KeptRelationship>> => {
  const keys = (ids: Iterable<string>): string[] => [...ids].map((id) => keyOf(tenant, id));
  const rows = await Promise.all([
    byKeys(dialect, '(n:Relationship {key: k})', keys(touched.relationships)),
    byKeys(dialect, '(n:Relationship {live_key: k})', [...touched.pairs]),
    byKeys(dialect, '(n:Relationship {from_key: k})', keys(touched.purged)),
    byKeys(dialect, '(n:Relationship {to_key: k})', keys(touched.purged)),
  ]);
  return new Map(
    rows
      .flat()
      .map(toKept)
      .map((kept) => [kept.relationship.id, kept]),
  );
};

const loadStates = async (
  dialect: Dialect,
  tenant: TenantId | null,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> => {
  const begin = keyOf(tenant, '').length;
  const rows = await byKeys(
    dialect,
    '(n:State {key: k})',
    [...names].map((name) => keyOf(tenant, name)),
  );
  return new Map(rows.map(({ record }) => [String((record as Row).key).slice(begin), String((record as Row).value)]));
};

const loadPurgeable = async (
  dialect: Dialect,
  tenant: TenantId | null,
  purged: ReadonlySet<MemoryId>,
): Promise<Images['purgeable']> => {
  const ids = [...purged];
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = keyOf(tenant, id);
      const [changes, vectors] = await Promise.all([
        dialect.read({
          text: `MATCH (c:Change {from_key: $key}) RETURN c.key AS key
            UNION MATCH (c:Change {to_key: $key}) RETURN c.key AS key`,
          parameters: { key },
        }),
        dialect.read({ text: 'MATCH (v:Vector {memory_key: $key}) RETURN v.key AS key', parameters: { key } }),
      ]);
      return { changes: changes.map((row) => String(row.key)), vectors: vectors.map((row) => String(row.key)) };
    }),
  );
  return new Map(ids.map((id, place) => [id, found[place] as { changes: string[]; vectors: string[] }]));
};

/** The head comes first: what is read after it is true if the head still stands when the batch is written. */
export const loadImages = async (dialect: Dialect, tenant: TenantId | null, touched: Touched): Promise<Images> => {
  const head = await loadHead(dialect, tenant);
  const [relationships, states, purgeable] = await Promise.all([
    loadRelationships(dialect, tenant, touched),
    loadStates(dialect, tenant, touched.states),
    loadPurgeable(dialect, tenant, touched.purged),
  ]);
  const ids = new Set(touched.memories);
  for (const { relationship } of relationships.values()) ids.add(relationship.from).add(relationship.to);
  const rows = await byKeys(
    dialect,
    '(n:Memory {key: k})',
    [...ids].map((id) => keyOf(tenant, id)),
  );
  const memories = rows.map(
    ({ record }): KeptMemory => ({ memory: toMemory(record), texts: keptTexts(record as Row) }),
  );
  return {
    head,
    relationships,
    states,
    purgeable,
    memories: new Map(memories.map((kept) => [kept.memory.id, kept])),
  };
};
