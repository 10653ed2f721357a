/**
 * Repeating one of these is a notice, not an error. A unique constraint makes no index, so that each key has both. Names of indexes are
 * not kept.
 */
const keyed = ['Memory', 'Relationship', 'Head', 'Change', 'State', 'Audience', 'Vector'] as const;

const keyedBy = (label: string): readonly string[] => [
  `CREATE INDEX ON :${label}(key)`,
  `CREATE CONSTRAINT ON (n:${label}) ASSERT n.key IS UNIQUE`,
];

const always: readonly string[] = [
  ...keyed.flatMap(keyedBy),
  'CREATE INDEX ON :Memory',
  'CREATE INDEX ON :Memory(created_at)',
  'CREATE INDEX ON :Memory(updated_at)',
  'CREATE INDEX ON :Memory(context_project_path)',
  'CREATE INDEX ON :Relationship(live_key)',
  'CREATE CONSTRAINT ON (n:Relationship) ASSERT n.live_key IS UNIQUE',
  'CREATE INDEX ON :Relationship(from_key)',
  'CREATE INDEX ON :Relationship(to_key)',
  'CREATE INDEX ON :Change(tenant, seq)',
  'CREATE INDEX ON :Change(entity_id)',
  'CREATE INDEX ON :Change(from_key)',
  'CREATE INDEX ON :Change(to_key)',
  'CREATE INDEX ON :Vector(memory_key)',
  'CREATE INDEX ON :Vector(model)',
  'CREATE INDEX ON :Audience(tenant)',
];

const texts: readonly string[] = [
  'CREATE TEXT INDEX memory_text ON :Memory(text)',
  'CREATE TEXT INDEX relationship_text ON :Relationship(text)',
];

/** Under these names elsewhere: memory_tenant_index, memory_team_index, memory_visibility_index, memory_created_by_index, memory_version_index. */
const multiTenant: readonly string[] = [
  ...keyedBy('Carried'),
  'CREATE INDEX ON :Memory(context_tenant_id, created_at)',
  'CREATE INDEX ON :Memory(context_tenant_id, context_team_id)',
  'CREATE INDEX ON :Memory(context_tenant_id, context_visibility)',
  'CREATE INDEX ON :Memory(context_tenant_id, context_created_by)',
  'CREATE INDEX ON :Memory(key, version)',
];

export const schemaStatements = (inMultiTenantMode: boolean): readonly string[] => [
  ...always,
  ...(inMultiTenantMode ? multiTenant : []),
  ...texts,
];
