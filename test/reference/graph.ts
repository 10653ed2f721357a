import type { MemoryId } from '../../src/domain/ids.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import { isSymmetric } from '../../src/domain/relationship.ts';
import type {
  Direction,
  GraphLink,
  RelationshipQuery,
  Traversal,
  TraversalRequest,
  TraversalStep,
} from '../../src/storage/query.ts';
import { compareText } from './order.ts';
import type { State } from './state.ts';
import { hasLiveEnds, liveRelationships, relationshipStateOf } from './state.ts';

const isSeenFrom = ({ from, to, type }: Relationship, id: MemoryId, direction: Direction): boolean => {
  const eitherWay = direction === 'both' || isSymmetric(type);
  return (
    (from === id && (eitherWay || direction === 'outgoing')) || (to === id && (eitherWay || direction === 'incoming'))
  );
};

export const findRelationships = (state: State, query: RelationshipQuery): readonly Relationship[] => {
  const wanted = query.state ?? 'live';
  return [...state.relationships.values()]
    .filter((relationship) => wanted === 'any' || relationshipStateOf(relationship) === wanted)
    .filter((relationship) => query.withTrashedEnds === true || hasLiveEnds(state, relationship))
    .filter(({ id }) => query.ids?.includes(id) ?? true)
    .filter(({ type }) => query.types?.includes(type) ?? true)
    .filter((relationship) => query.of?.some((id) => isSeenFrom(relationship, id, query.direction ?? 'both')) ?? true)
    .filter(({ id }) => query.after === undefined || compareText(id, query.after) > 0)
    .sort((a, b) => compareText(a.id, b.id))
    .slice(0, query.limit);
};

export const linksAmong = (state: State, ids: readonly MemoryId[]): readonly GraphLink[] =>
  liveRelationships(state)
    .filter(({ from, to }) => ids.includes(from) && ids.includes(to))
    .sort((a, b) => compareText(a.id, b.id))
    .map(({ from, to, type, strength, origin }) => ({ from, to, type, strength, origin }));

const relationshipsFrom = (
  state: State,
  id: MemoryId,
  { types, direction, statedOnly }: TraversalRequest,
): readonly Relationship[] =>
  liveRelationships(state)
    .filter(({ type }) => types?.includes(type) ?? true)
    .filter(({ origin }) => origin === 'stated' || !statedOnly)
    .filter((relationship) => isSeenFrom(relationship, id, direction))
    .sort((a, b) => b.strength - a.strength || compareText(a.id, b.id));

const stepOver = (relationship: Relationship, from: MemoryId, depth: number): TraversalStep => {
  const forward = relationship.from === from;
  const { id: relationshipId, type, strength, to } = relationship;
  return { memoryId: forward ? to : relationship.from, depth, from, relationshipId, type, strength, forward };
};

export const traverseState = (state: State, request: TraversalRequest): Traversal => {
  const { from: start, until, maxDepth, maxNodes, fanOut } = request;
  const steps: TraversalStep[] = [];
  const reached = new Set<MemoryId>([start]);
  if (until === start) return { steps, cut: false };
  let cut = false;
  let frontier: readonly MemoryId[] = [start];
  for (let depth = 1; depth <= maxDepth; depth += 1) {
    const next: MemoryId[] = [];
    for (const from of frontier) {
      const all = relationshipsFrom(state, from, request);
      for (const relationship of all.slice(0, fanOut)) {
        const step = stepOver(relationship, from, depth);
        if (reached.has(step.memoryId)) continue;
        if (steps.length === maxNodes) return { steps, cut: true };
        steps.push(step);
        if (step.memoryId === until) return { steps, cut };
        reached.add(step.memoryId);
        next.push(step.memoryId);
      }
      if (all.length > fanOut) cut = true;
    }
    frontier = next;
  }
  return { steps, cut };
};
