import type { Memory } from '../../src/domain/memory.ts';
import type { MemoryFilter, SearchHit, UnembeddedListing, VectorQuery, VectorSpace } from '../../src/storage/query.ts';
import { cosine, type Vector } from '../../src/storage/vector.ts';
import { filterMemories } from './memory-filter.ts';
import { compareText } from './order.ts';
import type { State } from './state.ts';

const vectorOf = (state: State, memory: Memory, { model, dimensions }: VectorSpace): Vector | undefined =>
  state.vectors
    .get(memory.id)
    ?.find((kept) => kept.model === model && kept.version === memory.version && kept.vector.length === dimensions)
    ?.vector;

export const nearestMemories = (
  state: State,
  { model, vector }: VectorQuery,
  filter: MemoryFilter,
  limit: number,
): readonly SearchHit[] =>
  filterMemories(state, { ...filter, state: 'live' })
    .flatMap((memory) => {
      const own = vectorOf(state, memory, { model, dimensions: vector.length });
      return own === undefined ? [] : [{ memory, score: cosine(vector, own) }];
    })
    .sort((a, b) => b.score - a.score || compareText(a.memory.id, b.memory.id))
    .slice(0, limit);

export const unembeddedMemories = (
  state: State,
  { space, filter, after, limit }: UnembeddedListing,
): readonly Memory[] =>
  filterMemories(state, { ...filter, state: 'live' })
    .filter((memory) => vectorOf(state, memory, space) === undefined && memory.id > (after ?? ''))
    .sort((a, b) => compareText(a.id, b.id))
    .slice(0, limit);

export const countEmbedded = (state: State, space: VectorSpace): number =>
  filterMemories(state, {}).filter((memory) => vectorOf(state, memory, space) !== undefined).length;
