import { type Field, memoryFields, relationshipFields, usageFieldNames } from '../../domain/fields.ts';
import type { MemoryId } from '../../domain/ids.ts';
import type { Memory } from '../../domain/memory.ts';
import { isAcyclic, type Relationship } from '../../domain/relationship.ts';
import { searchDocument } from '../../search/document.ts';
import { relationshipWords } from '../../search/relationship-words.ts';
import type { WriteOperation } from '../../storage/batch.ts';
import type { Change } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';
import { writerOf } from '../writer.ts';
import type { FileRecord, RecordKind } from './format.ts';
import { hidingFor } from './hide-references.ts';
import { differingFields } from './record-text.ts';

export interface Conflict {
  readonly kind: RecordKind;
  readonly id: string;
  /** What keeps the record out: the fields that differ, or those by which another record is in its place. */
  readonly fields: readonly string[];
}

export interface Planned {
  readonly operation: WriteOperation;
  readonly closesCircles: boolean;
  readonly ifRefused: Conflict;
}

/**
 * Records of the file that were in the store before, by id. Those that this import creates are not in it. `foreign` is what is there as in
 * the file but was made by somebody else, to whose history nothing is added.
 */
export type Known = Map<string, 'unchanged' | 'foreign' | 'conflicting'>;

interface Plan {
  readonly planned: readonly Planned[];
  readonly unchanged: number;
  readonly conflicts: readonly Conflict[];
}

// Reading a memory moves these, and makes it no other memory.
// What a caller brings in is the caller's, so a file does not say there who made it.
const makerFields = new Set(['context_created_by', 'created_by', 'updated_by']);
export const comparedFields = {
  memory: memoryFields.filter(({ name }) => !usageFieldNames.has(name)),
  relationship: relationshipFields,
} as const;

/** Whether records keep who made and changed them: in single-tenant mode nobody did, and the operator brings in everybody's. */
export const keepsOwners = ({ scope }: Pick<ServiceContext, 'scope'>): boolean =>
  scope.tenant === null || scope.role === 'maintenance';

const fieldsCompared = (context: ServiceContext, kind: 'memory' | 'relationship'): readonly Field[] =>
  keepsOwners(context) ? comparedFields[kind] : comparedFields[kind].filter(({ name }) => !makerFields.has(name));

const endFields = ['from_memory_id', 'type', 'to_memory_id'];
const triple = ({ from, type, to }: Pick<Relationship, 'from' | 'type' | 'to'>): string => `${from} ${type} ${to}`;
const isLive = ({ validUntil, removedAt }: Relationship): boolean => validUntil === null && removedAt === null;

const makerOf = (record: Memory | Relationship): string | null =>
  'from' in record ? record.createdBy : record.context.createdBy;

/** Sorts records into those to create, those that are there, and those that are there with other content. */
const sift = <R extends Memory | Relationship>(
  context: ServiceContext,
  kind: 'memory' | 'relationship',
  records: readonly R[],
  there: readonly R[],
  known: Known,
): Plan & { readonly fresh: readonly R[] } => {
  const stored = new Map(there.map((record) => [record.id as string, record]));
  const fresh: R[] = [];
  const conflicts: Conflict[] = [];
  for (const record of records) {
    const found = stored.get(record.id);
    if (found === undefined) {
      fresh.push(record);
      continue;
    }
    const fields = differingFields(found, record, fieldsCompared(context, kind));
    const own = keepsOwners(context) || makerOf(found) === writerOf(context);
    known.set(record.id, fields.length > 0 ? 'conflicting' : own ? 'unchanged' : 'foreign');
    if (fields.length > 0) conflicts.push({ kind, id: record.id, fields });
  }
  return { planned: [], unchanged: records.length - fresh.length - conflicts.length, conflicts, fresh };
};

const planMemories = async (context: ServiceContext, memories: readonly Memory[], known: Known): Promise<Plan> => {
  const ids = memories.map(({ id }) => id);
  const there = await context.store.memories(context.scope, ids, 'any');
  const hiding = await hidingFor(context, there, []);
  const { fresh, ...plan } = sift(context, 'memory', memories, there.map(hiding.memory), known);
  const planned = fresh.map(
    (memory): Planned => ({
      operation: { op: 'create_memory', memory, document: searchDocument(memory), note: null },
      closesCircles: false,
      ifRefused: { kind: 'memory', id: memory.id, fields: ['id'] },
    }),
  );
  return { ...plan, planned };
};

const planRelationships = async (
  context: ServiceContext,
  relationships: readonly Relationship[],
  known: Known,
): Promise<Plan> => {
  const { store, scope } = context;
  const ids = relationships.map(({ id }) => id);
  const there = await store.relationships(scope, { ids, state: 'any', withTrashedEnds: true, limit: ids.length });
  const hiding = await hidingFor(context, [], there);
  const { fresh, ...plan } = sift(context, 'relationship', relationships, there.map(hiding.relationship), known);
  const ends = new Set<MemoryId>(fresh.filter(isLive).flatMap(({ from, to }) => [from, to]));
  const taken = new Set((ends.size === 0 ? [] : await store.linksAmong(scope, [...ends])).map(triple));
  const conflicts = [...plan.conflicts];
  const planned: Planned[] = [];
  for (const relationship of fresh) {
    const conflict: Conflict = { kind: 'relationship', id: relationship.id, fields: endFields };
    if (isLive(relationship) && taken.has(triple(relationship))) {
      conflicts.push(conflict);
      continue;
    }
    planned.push({
      operation: {
        op: 'create_relationship',
        relationship,
        words: relationshipWords(relationship),
        note: null,
        imported: true,
      },
      closesCircles: isAcyclic(relationship.type) && isLive(relationship),
      ifRefused: conflict,
    });
  }
  return { ...plan, conflicts, planned };
};

/** The newest version of a record that the log of the store tells of, whether the caller could read it or not. */
const newestVersion = async ({ store, upkeepScope }: ServiceContext, { entity, id }: Change): Promise<number> => {
  const [newest] = await store.changes(upkeepScope, { entity, ids: [id], order: 'newest_first', limit: 1 });
  return newest?.version ?? 0;
};

/** The history of a record goes where the record goes; of one that was there, only what its log does not have yet. */
const planChanges = async (context: ServiceContext, changes: readonly Change[], known: Known): Promise<Plan> => {
  const newest = new Map<string, number>();
  const planned: Planned[] = [];
  let unchanged = 0;
  for (const change of changes) {
    const state = known.get(change.id);
    if (state === 'conflicting') continue;
    if (state === 'unchanged' && !newest.has(change.id)) {
      newest.set(change.id, await newestVersion(context, change));
    }
    if (state === 'foreign' || change.version <= (newest.get(change.id) ?? 0)) {
      unchanged += 1;
      continue;
    }
    const ifRefused: Conflict = { kind: 'change', id: change.id, fields: ['version'] };
    planned.push({ operation: { op: 'import_change', change }, closesCircles: false, ifRefused });
  }
  return { planned, unchanged, conflicts: [] };
};

/** What to do with a batch of one kind. */
export const plan = async (context: ServiceContext, batch: readonly FileRecord[], known: Known): Promise<Plan> => {
  const memories = batch.flatMap(({ kind, record }) => (kind === 'memory' ? [record] : []));
  const relationships = batch.flatMap(({ kind, record }) => (kind === 'relationship' ? [record] : []));
  const changes = batch.flatMap(({ kind, record }) => (kind === 'change' ? [record] : []));
  if (memories.length > 0) return planMemories(context, memories, known);
  return relationships.length > 0
    ? planRelationships(context, relationships, known)
    : planChanges(context, changes, known);
};
