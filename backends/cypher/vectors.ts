import type { MemoryId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { MemoryFilter, SearchHit, UnembeddedListing, VectorQuery, VectorSpace } from '../../src/storage/query.ts';
import { cosineTo, type Vector } from '../../src/storage/vector.ts';
import { accessParameters } from './access.ts';
import type { Dialect } from './dialect.ts';
import type { SetVector } from './draft.ts';
import { filterCondition, filteredMemories, where } from './filter.ts';
import { keyOf } from './keys.ts';
import { memoriesById } from './memories.ts';
import { toMemory } from './records.ts';
import type { Properties, Row } from './values.ts';

const suffixOf = (model: string): string => `/${model}.`;
/** Does not end in a blank, whatever the model is called. */
export const vectorKey = (memoryKey: string, model: string): string => memoryKey + suffixOf(model);

/** The bytes as text: every database keeps that, in a third more room than a list of bytes would take. */
export const vectorProperties = (memoryKey: string, model: string, version: number, vector: Vector): Properties => ({
  key: vectorKey(memoryKey, model),
  memory_key: memoryKey,
  model,
  version,
  dimensions: vector.length,
  bytes: Buffer.from(vector.buffer, vector.byteOffset, vector.length).toString('base64'),
});

const decode = (bytes: unknown): Vector => {
  const buffer = Buffer.from(String(bytes), 'base64');
  return new Int8Array(buffer.buffer, buffer.byteOffset, buffer.length);
};

export const toSetVector = ({ model, version, bytes }: Row): SetVector => ({
  model: String(model),
  version: Number(version),
  vector: decode(bytes),
});

const currentText = 'MATCH (v:Vector {model: $model}) MATCH (m:Memory {key: v.memory_key})';
const current = ['v.dimensions = $dimensions', 'v.version = m.version'];

/** Every vector in scope is compared, here. */
export const nearestMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  { model, vector }: VectorQuery,
  filter: MemoryFilter,
  limit: number,
): Promise<readonly SearchHit[]> => {
  if (limit < 1) return [];
  const { parts, parameters, ties } = filterCondition(scope, { ...filter, state: 'live' }, ['v']);
  const rows = await dialect.read({
    text: `${currentText}${where([...current, ...parts])}${ties} RETURN m.id AS id, v.bytes AS bytes`,
    parameters: { ...accessParameters(scope), ...parameters, model, dimensions: vector.length },
  });
  const near = cosineTo(vector);
  const best = rows
    .map(({ id, bytes }) => ({ id: id as MemoryId, score: near(decode(bytes)) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit);
  const scores = new Map(best.map(({ id, score }) => [id, score]));
  const memories = await memoriesById(dialect, scope, [...scores.keys()], 'live');
  return memories.map((memory) => ({ memory, score: scores.get(memory.id) ?? 0 }));
};

export const unembeddedMemories = async (
  dialect: Dialect,
  scope: TenantScope,
  { space, filter, after, limit }: UnembeddedListing,
): Promise<readonly Memory[]> => {
  if (limit < 1) return [];
  const { start, parts, parameters, ties } = filteredMemories(scope, { ...filter, state: 'live' });
  const rows = await dialect.read({
    // Of a memory and a model there is one vector at most.
    text: `${start}${where([...parts, 'm.key > $after'])}${ties}
      OPTIONAL MATCH (v:Vector {key: m.key + $suffix})
      WITH m AS n, v AS w WHERE w IS NULL OR w.version <> n.version OR w.dimensions <> $dimensions
      RETURN properties(n) AS record ORDER BY n.key ASC LIMIT $limit`,
    parameters: {
      ...accessParameters(scope),
      ...parameters,
      after: keyOf(scope.tenant, after ?? ''),
      suffix: suffixOf(space.model),
      dimensions: space.dimensions,
      limit,
    },
  });
  return rows.map(({ record }) => toMemory(record));
};

export const countEmbedded = async (
  dialect: Dialect,
  scope: TenantScope,
  { model, dimensions }: VectorSpace,
): Promise<number> => {
  const { parts, parameters } = filterCondition(scope, {});
  const [row] = await dialect.read({
    text: `${currentText}${where([...current, ...parts])} RETURN count(v) AS n`,
    parameters: { ...accessParameters(scope), ...parameters, model, dimensions },
  });
  return Number(row?.n ?? 0);
};
