import { isReadByAllReadersOf } from '../domain/access.ts';
import type { MemoryId, RelationshipId } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import type { WriteOperation } from '../storage/batch.ts';
import type { ServiceContext } from './context.ts';
import { byStrength } from './relate.ts';

const relationshipsRead = 5_000;
/** In multi-tenant mode, where what falls behind a bound depends on relationships that some reader does not see. */
const pagesRead = 10;

const isLive = (edge: Relationship): boolean => edge.validUntil === null && edge.removedAt === null;

/** The batch as it will leave the graph: what it writes over what is stored. */
export interface Outcome {
  readonly memories: Map<MemoryId, Memory>;
  readonly edges: Map<RelationshipId, Relationship>;
  readonly edgesAt: Map<MemoryId, Relationship[]>;
}

/** Keeps the first that is told of an edge. */
const noteEdge = ({ edges, edgesAt }: Outcome, edge: Relationship): void => {
  if (edges.has(edge.id)) return;
  edges.set(edge.id, edge);
  if (!isLive(edge)) return;
  for (const end of [edge.from, edge.to]) {
    const there = edgesAt.get(end);
    if (there === undefined) edgesAt.set(end, [edge]);
    else there.push(edge);
  }
};

export const written = (operations: readonly WriteOperation[]): Outcome => {
  const memories = new Map<MemoryId, Memory>();
  const edges = new Map<RelationshipId, Relationship>();
  for (const operation of operations) {
    if (operation.op === 'create_memory' || operation.op === 'replace_memory')
      memories.set(operation.memory.id, operation.memory);
    if (operation.op === 'create_relationship' || operation.op === 'replace_relationship') {
      edges.set(operation.relationship.id, operation.relationship);
    }
  }
  const outcome: Outcome = { memories, edges: new Map(), edgesAt: new Map() };
  for (const edge of edges.values()) noteEdge(outcome, edge);
  return outcome;
};

/** Live relationships of these memories, all that there are: words must not depend on who it was that changed something. */
export const loadEdges = async (context: ServiceContext, outcome: Outcome, of: readonly MemoryId[]): Promise<void> => {
  if (of.length === 0) return;
  const { store, upkeepScope } = context;
  let after: { readonly after?: RelationshipId } = {};
  for (let pages = upkeepScope.tenant === null ? 1 : pagesRead; pages > 0; pages -= 1) {
    const query = { of, withTrashedEnds: true, limit: relationshipsRead, ...after };
    const page = await store.relationships(upkeepScope, query);
    for (const edge of page) noteEdge(outcome, edge);
    const last = page.at(-1);
    if (last === undefined || page.length < relationshipsRead) return;
    after = { after: last.id };
  }
};

export const loadMemories = async (
  context: ServiceContext,
  outcome: Outcome,
  ids: Iterable<MemoryId>,
): Promise<void> => {
  const missing = [...new Set(ids)].filter((id) => !outcome.memories.has(id));
  if (missing.length === 0) return;
  const { store, upkeepScope } = context;
  const state = upkeepScope.tenant === null ? 'live' : 'any';
  for (const memory of await store.memories(upkeepScope, missing, state)) outcome.memories.set(memory.id, memory);
};

/** What somebody said comes before what the server noted. */
const byCloseness = (a: Relationship, b: Relationship): number =>
  Number(a.origin === 'automatic') - Number(b.origin === 'automatic') || byStrength(a, b);

/** The closest first. */
export const edgesOf = (outcome: Outcome, id: MemoryId): readonly Relationship[] =>
  [...(outcome.edgesAt.get(id) ?? [])].sort(byCloseness);

export const otherEnd = (edge: Relationship, id: MemoryId): MemoryId => (edge.from === id ? edge.to : edge.from);

/**
 * The closest neighbours that give a memory its words, as far as they are loaded, and those that must be loaded to go on. One that not all
 * readers of the memory may read gives none and takes nobody's place.
 */
export const neighboursOf = (
  outcome: Outcome,
  id: MemoryId,
  limit: number,
): { readonly neighbours: readonly Memory[]; readonly unknown: readonly MemoryId[] } => {
  const memory = outcome.memories.get(id);
  const neighbours: Memory[] = [];
  const unknown: MemoryId[] = [];
  let places = limit;
  for (const edge of edgesOf(outcome, id)) {
    if (places === 0) break;
    const other = outcome.memories.get(otherEnd(edge, id));
    if (other === undefined) unknown.push(otherEnd(edge, id));
    else if (memory !== undefined && !isReadByAllReadersOf(memory, other)) continue;
    else if (other.deletedAt === null) neighbours.push(other);
    places -= 1;
  }
  return { neighbours, unknown };
};

/** Loads what `neighboursOf` needs to know for each of these memories. */
export const loadNeighbourhood = async (
  context: ServiceContext,
  outcome: Outcome,
  ids: ReadonlySet<MemoryId>,
  limit: number,
): Promise<void> => {
  const unknown = (): readonly MemoryId[] => [...ids].flatMap((id) => neighboursOf(outcome, id, limit).unknown);
  const asked = new Set<MemoryId>();
  let wanted: readonly MemoryId[] = [...ids, ...unknown()];
  while (wanted.length > 0) {
    await loadMemories(context, outcome, wanted);
    for (const id of wanted) asked.add(id);
    wanted = unknown().filter((id) => !asked.has(id));
  }
};
