import type { MemoryId, Millis, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { Change } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

const changesPerPage = 1_000;

/** The oldest change of each record after `at`: what it replaced is what stood at that time. */
const firstChangesAfter = async (
  context: ServiceContext,
  entity: Change['entity'],
  ids: readonly string[],
  at: Millis,
): Promise<ReadonlyMap<string, Change>> => {
  const first = new Map<string, Change>();
  let afterSeq = 0;
  for (;;) {
    const page = await context.store.changes(context.scope, {
      entity,
      ids,
      afterSeq,
      since: at + 1,
      order: 'oldest_first',
      limit: changesPerPage,
    });
    for (const change of page) if (!first.has(change.id)) first.set(change.id, change);
    const last = page.at(-1);
    if (!last || page.length < changesPerPage || first.size === ids.length) return first;
    afterSeq = last.seq;
  }
};

/**
 * In multi-tenant mode a change may be hidden, because the caller could not read what it replaced: then the version after it is not what
 * stood before it.
 */
const stoodAt = ({ scope }: ServiceContext, memory: Memory, at: Millis): boolean =>
  scope.tenant === null || memory.updatedAt <= at;

/**
 * Each memory as it stood at a time; one that was not stored yet, or that the caller could not have read then, is left out. Trashed ones are
 * given, as they stood.
 */
export const memoriesAt = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
  at: Millis,
): Promise<ReadonlyMap<MemoryId, Memory>> => {
  if (ids.length === 0) return new Map();
  const [now, changed] = await Promise.all([
    context.store.memories(context.scope, ids, 'any'),
    firstChangesAfter(context, 'memory', ids, at),
  ]);
  const states = now.map((memory): [MemoryId, Memory | null] => {
    const change = changed.get(memory.id);
    return [memory.id, change ? (change.before as Memory | null) : memory];
  });
  return new Map(
    states.filter((entry): entry is [MemoryId, Memory] => entry[1] !== null && stoodAt(context, entry[1], at)),
  );
};

/** `known`: what the store held at the time. `true`: what was so at the time, by all that is known now. */
export type Basis = 'known' | 'true';

const wasTrue = (edge: Relationship, at: Millis): boolean =>
  edge.removedAt === null && edge.validFrom <= at && (edge.validUntil === null || edge.validUntil > at);

const relationshipsPerPage = 1_000;
const relationshipsRead = 10_000;

/** Every relationship of these memories, ended ones too, as far as `relationshipsRead`. */
const everRelated = async (context: ServiceContext, ids: readonly MemoryId[]): Promise<readonly Relationship[]> => {
  const edges: Relationship[] = [];
  while (edges.length < relationshipsRead) {
    const last = edges.at(-1);
    const page = await context.store.relationships(context.scope, {
      of: ids,
      state: 'any',
      withTrashedEnds: true,
      ...(last ? { after: last.id } : {}),
      limit: relationshipsPerPage,
    });
    edges.push(...page);
    if (page.length < relationshipsPerPage) break;
  }
  return edges;
};

export interface RelationshipsAt {
  readonly held: readonly Relationship[];
  /** These memories have more relationships than are looked at. */
  readonly cut: boolean;
}

/** Relationships of these memories that held at a time. */
export const relationshipsAt = async (
  context: ServiceContext,
  ids: readonly MemoryId[],
  at: Millis,
  basis: Basis,
): Promise<RelationshipsAt> => {
  if (ids.length === 0) return { held: [], cut: false };
  const edges = await everRelated(context, ids);
  const cut = edges.length >= relationshipsRead;
  if (basis === 'true') return { held: edges.filter((edge) => wasTrue(edge, at)), cut };
  const changed = await firstChangesAfter(
    context,
    'relationship',
    edges.map((edge): RelationshipId => edge.id),
    at,
  );
  const known = edges
    .map((edge) => (changed.has(edge.id) ? (changed.get(edge.id)?.before as Relationship | null) : edge))
    .filter((edge): edge is Relationship => edge !== null);
  return { held: known.filter((edge) => wasTrue(edge, at)), cut };
};
