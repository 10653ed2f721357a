import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { WriteOperation } from '../../src/storage/batch.ts';
import type { MemoryFilter, SearchHit, UnembeddedListing, VectorQuery, VectorSpace } from '../../src/storage/query.ts';
import { cosineTo } from '../../src/storage/vector.ts';
import { narrowed, readParams } from './access.ts';
import { type Connection, limited } from './connection.ts';
import { type Condition, filterCondition } from './filter.ts';
import { memoriesByRow } from './memories.ts';
import { memorySelection, toMemory } from './rows.ts';
import { everyKey, type KeyRange, keyRange, numberOf } from './tenants.ts';
import type { Writer } from './writer.ts';

const setSql = `INSERT INTO memory_vector (memory_pk, model, version, vector)
  SELECT pk, ?, version, ? FROM memory WHERE id = ? AND version = ? AND live = 1
  ON CONFLICT (memory_pk, model) DO UPDATE SET version = excluded.version, vector = excluded.vector`;

/** Vectors of a tenant lie together, so that a search reads no other's. Takes the tenant's range of keys, twice its beginning. */
const setScopedSql = `INSERT INTO memory_vector (pk, memory_pk, model, version, vector, tenant_id)
  SELECT coalesce((SELECT max(pk) FROM memory_vector WHERE pk > ? AND pk < ?), ?) + 1, pk, ?, version, ?, context_tenant_id
  FROM memory WHERE id = ? AND version = ? AND live = 1 AND context_tenant_id = ?
  ON CONFLICT (memory_pk, model) DO UPDATE SET version = excluded.version, vector = excluded.vector`;

export const setVector = (
  { connection, scope, tenantNo }: Writer,
  { id, version, model, vector }: Extract<WriteOperation, { readonly op: 'set_vector' }>,
): void => {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.length);
  if (tenantNo === null) {
    connection.run(setSql, [model, bytes, id, version]);
    return;
  }
  const { first, beyond } = keyRange(tenantNo);
  connection.run(setScopedSql, [first, beyond, first, model, bytes, id, version, scope.tenant]);
};

export const forgetVectors = (connection: Connection, memoryPk: number): void => {
  connection.run('DELETE FROM memory_vector WHERE memory_pk = ?', [memoryPk]);
};

/** Over vector `v` and memory `m`: the plus signs keep the planner from an index, which would be slower than the table in its order. */
const currentSql = '+v.model = ? AND length(v.vector) = ? AND m.version = v.version';

/** `before` bounds the keys where others than the tenant's follow. */
const scanSql = (before: string, filter: string): string => `SELECT m.pk, v.vector, v.pk
  FROM memory_vector v CROSS JOIN memory m ON m.pk = v.memory_pk
  WHERE v.pk > ?${before} AND ${currentSql} AND ${filter} ORDER BY v.pk ${limited}`;

/** Vectors held in memory at a time. */
const scannedAtOnce = 2_000;

type Ranked = readonly [pk: number, score: number];

const byScore = ([, a]: Ranked, [, b]: Ranked): number => b - a;

/** The best rows and all that score as the last of them: the ids decide among these. */
const best = (rows: Iterable<Ranked>, limit: number): readonly Ranked[] => {
  let kept: Ranked[] = [];
  let least = Number.NEGATIVE_INFINITY;
  const prune = (): void => {
    kept.sort(byScore);
    least = kept[limit - 1]?.[1] ?? least;
    kept = kept.filter(([, score]) => score >= least);
  };
  let room = 2 * limit;
  for (const row of rows) {
    if (row[1] < least) continue;
    if (kept.push(row) < room) continue;
    prune();
    room = kept.length + limit;
  }
  prune();
  return kept;
};

const scored = function* (
  connection: Connection,
  range: KeyRange,
  { model, vector }: VectorQuery,
  filter: Condition,
): Iterable<Ranked> {
  const near = cosineTo(vector);
  const bound = range === everyKey ? [] : [range.beyond];
  const sql = scanSql(bound.length === 0 ? '' : ' AND v.pk < ?', filter.sql);
  let after = range.first;
  for (;;) {
    const params = [after, ...bound, model, vector.length, ...filter.params, scannedAtOnce];
    const rows = connection.rows<[pk: number, bytes: Uint8Array, place: number]>(sql, params);
    for (const [pk, bytes] of rows) yield [pk, near(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length))];
    const last = rows.at(-1);
    if (rows.length < scannedAtOnce || last === undefined) return;
    [, , after] = last;
  }
};

export const nearestMemories = (
  connection: Connection,
  scope: TenantScope,
  query: VectorQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] => {
  if (limit < 1) return [];
  return connection.read(() => {
    const tenantNo = numberOf(connection, scope);
    const range = tenantNo === null ? everyKey : keyRange(tenantNo);
    const rows = best(scored(connection, range, query, filterCondition(scope, { ...filter, state: 'live' })), limit);
    const memories = memoriesByRow(
      connection,
      scope,
      rows.map(([pk]) => pk),
    );
    return rows
      .flatMap(([pk, score]) => {
        const memory = memories.get(pk);
        return memory === undefined ? [] : [{ memory, score }];
      })
      .sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1))
      .slice(0, limit);
  });
};

export const unembeddedSql = (filter: string): string => `SELECT ${memorySelection} FROM memory m
  WHERE ${filter} AND m.id > ? AND NOT EXISTS (SELECT 1 FROM memory_vector v
    WHERE v.memory_pk = m.pk AND v.model = ? AND v.version = m.version AND length(v.vector) = ?)
  ORDER BY m.id ${limited}`;

export const unembeddedMemories = (
  connection: Connection,
  scope: TenantScope,
  { space, filter, after, limit }: UnembeddedListing,
): readonly Memory[] => {
  const { sql, params } = filterCondition(scope, { ...filter, state: 'live' });
  return connection
    .rows(unembeddedSql(sql), [...params, after ?? '', space.model, space.dimensions, limit])
    .map(toMemory);
};

const countSql = narrowed(
  ({ all, read }) => `SELECT count(*) FROM memory_vector v CROSS JOIN memory m ON m.pk = v.memory_pk
  WHERE ${all ? '' : 'v.pk > ? AND v.pk < ? AND '}${currentSql} AND m.live = 1${read('+m')}`,
);

export const countEmbedded = (connection: Connection, scope: TenantScope, { model, dimensions }: VectorSpace): number =>
  connection.read(() => {
    const tenantNo = numberOf(connection, scope);
    const bounds = tenantNo === null ? [] : Object.values(keyRange(tenantNo));
    return connection.row<[number]>(countSql(scope), [...bounds, model, dimensions, ...readParams(scope)])?.[0] ?? 0;
  });
