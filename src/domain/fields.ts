import type { Memory, MemoryContext } from './memory.ts';
import type { Relationship } from './relationship.ts';

/** `time` is integer milliseconds, `list` an array of strings, `json` an object. All but lists may be null. */
export type FieldKind = 'text' | 'real' | 'int' | 'bool' | 'time' | 'list' | 'json';

export interface Field {
  /** Where the value is in the record; a second part is a key of the first. */
  readonly path: readonly [string] | readonly [string, string];
  /** The snake_case name at the wire and in every store. */
  readonly name: string;
  readonly kind: FieldKind;
}

// `satisfies Record<keyof …>` makes a field that is forgotten here a compile error.
const memoryKinds = {
  id: 'text',
  type: 'text',
  title: 'text',
  content: 'text',
  summary: 'text',
  tags: 'list',
  importance: 'real',
  confidence: 'real',
  effectiveness: 'real',
  usageCount: 'int',
  lastAccessed: 'time',
  createdAt: 'time',
  updatedAt: 'time',
  version: 'int',
  updatedBy: 'text',
  deletedAt: 'time',
  mergedInto: 'text',
  extra: 'json',
} satisfies Record<Exclude<keyof Memory, 'context'>, FieldKind>;

const contextKinds = {
  projectPath: 'text',
  filesInvolved: 'list',
  languages: 'list',
  frameworks: 'list',
  technologies: 'list',
  gitCommit: 'text',
  gitBranch: 'text',
  workingDirectory: 'text',
  timestamp: 'time',
  sessionId: 'text',
  userId: 'text',
  additionalMetadata: 'json',
  tenantId: 'text',
  teamId: 'text',
  visibility: 'text',
  createdBy: 'text',
  organizationId: 'text',
  namespaceId: 'text',
} satisfies Record<keyof MemoryContext, FieldKind>;

const relationshipKinds = {
  id: 'text',
  from: 'text',
  to: 'text',
  type: 'text',
  strength: 'real',
  confidence: 'real',
  description: 'text',
  context: 'json',
  bidirectional: 'bool',
  evidenceCount: 'int',
  counterEvidenceCount: 'int',
  validationCount: 'int',
  successRate: 'real',
  createdAt: 'time',
  lastValidated: 'time',
  validFrom: 'time',
  validUntil: 'time',
  recordedAt: 'time',
  invalidatedBy: 'text',
  removedAt: 'time',
  version: 'int',
  updatedBy: 'text',
  origin: 'text',
  tenantId: 'text',
  createdBy: 'text',
  extra: 'json',
} satisfies Record<keyof Relationship, FieldKind>;

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const fieldsOf = (kinds: Readonly<Record<string, FieldKind>>, outer?: string): Field[] =>
  Object.entries(kinds).map(([key, kind]) =>
    outer === undefined
      ? { path: [key], name: snakeCase(key), kind }
      : { path: [outer, key], name: `${outer}_${snakeCase(key)}`, kind },
  );

const endNames: Readonly<Record<string, string>> = { from: 'from_memory_id', to: 'to_memory_id' };

/** Every field of a memory, its context flat behind `context_`. */
export const memoryFields: readonly Field[] = Object.freeze([
  ...fieldsOf(memoryKinds),
  ...fieldsOf(contextKinds, 'context'),
]);

/** Whose a memory is and who reads it: what a migration changes. */
export const ownerFieldNames: ReadonlySet<string> = new Set([
  'context_tenant_id',
  'context_team_id',
  'context_visibility',
]);
/** What reading a memory changes. */
export const usageFieldNames: ReadonlySet<string> = new Set(['usage_count', 'last_accessed']);

export const relationshipFields: readonly Field[] = Object.freeze(
  fieldsOf(relationshipKinds).map((field) => ({ ...field, name: endNames[field.name] ?? field.name })),
);

type Nested = Record<string, unknown>;

/** The value of a field in a record. */
export const fieldValue = (record: object, { path }: Field): unknown => {
  const outer = (record as Nested)[path[0]];
  return path.length === 1 ? outer : (outer as Nested)[path[1]];
};

/** Puts a value where `fieldValue` reads it. */
export const setFieldValue = (record: object, { path }: Field, value: unknown): void => {
  if (path.length === 1) {
    (record as Nested)[path[0]] = value;
    return;
  }
  const outer = (record as Record<string, Nested>)[path[0]];
  if (outer === undefined) (record as Nested)[path[0]] = { [path[1]]: value };
  else outer[path[1]] = value;
};
