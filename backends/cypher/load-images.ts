import type { MemoryId, RelationshipId } from '../../src/domain/ids.ts';
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

interface Touched {
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

const touchedBy = (scope: TenantScope, batch: WriteBatch): Touched => {
  const touched: Touched = {
    memories: new Set(),
    relationships: new Set(),
    pairs: new Set(),
    states: new Set(),
    purged: new Set(),
  };
  for (const operation of batch.operations) touch(touched, scope, operation);
  return touched;
};

const headText = 'MATCH (h:Head {key: $key}) RETURN properties(h) AS record';
const beginText =
  'MERGE (h:Head {key: $key}) ON CREATE SET h.revision = 0, h.seq = 0, h.operations = [] RETURN h.key AS key';

const loadHead = async (dialect: Dialect, key: string): Promise<Head> => {
  const [found] = await dialect.read({ text: headText, parameters: { key } });
  if (found === undefined) {
    await dialect.write({ text: beginText, parameters: { key } });
    return { revision: 0, seq: 0, at: null, operations: [] };
  }
  const { revision, seq, at, operations } = found.record as Row;
  return {
    revision: Number(revision),
    seq: Number(seq),
    at: at === undefined || at === null ? null : Number(at),
    operations: operations as string[],
  };
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
  scope: TenantScope,
  touched: Touched,
): Promise<ReadonlyMap<RelationshipId, KeptRelationship>> => {
  const keys = (ids: Iterable<string>): string[] => [...ids].map((id) => keyOf(scope.tenant, id));
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
  scope: TenantScope,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> => {
  const begin = keyOf(scope.tenant, '').length;
  const rows = await byKeys(
    dialect,
    '(n:State {key: k})',
    [...names].map((name) => keyOf(scope.tenant, name)),
  );
  return new Map(rows.map(({ record }) => [String((record as Row).key).slice(begin), String((record as Row).value)]));
};

const loadPurgeable = async (
  dialect: Dialect,
  scope: TenantScope,
  purged: ReadonlySet<MemoryId>,
): Promise<Images['purgeable']> => {
  const ids = [...purged];
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = keyOf(scope.tenant, id);
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
export const loadImages = async (dialect: Dialect, scope: TenantScope, batch: WriteBatch): Promise<Images> => {
  const head = await loadHead(dialect, keyOf(scope.tenant, 'head'));
  const touched = touchedBy(scope, batch);
  const [relationships, states, purgeable] = await Promise.all([
    loadRelationships(dialect, scope, touched),
    loadStates(dialect, scope, touched.states),
    loadPurgeable(dialect, scope, touched.purged),
  ]);
  const ids = new Set(touched.memories);
  for (const { relationship } of relationships.values()) ids.add(relationship.from).add(relationship.to);
  const rows = await byKeys(
    dialect,
    '(n:Memory {key: k})',
    [...ids].map((id) => keyOf(scope.tenant, id)),
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
