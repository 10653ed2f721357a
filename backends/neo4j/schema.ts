/** Each makes what is not there yet. Names are ours alone, because they are global to a database. */
const always: readonly string[] = [
  'CREATE CONSTRAINT memory_key IF NOT EXISTS FOR (n:Memory) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT relationship_key IF NOT EXISTS FOR (n:Relationship) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT relationship_live_key IF NOT EXISTS FOR (n:Relationship) REQUIRE n.live_key IS UNIQUE',
  'CREATE CONSTRAINT head_key IF NOT EXISTS FOR (n:Head) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT change_key IF NOT EXISTS FOR (n:Change) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT state_key IF NOT EXISTS FOR (n:State) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT audience_key IF NOT EXISTS FOR (n:Audience) REQUIRE n.key IS UNIQUE',
  'CREATE CONSTRAINT vector_key IF NOT EXISTS FOR (n:Vector) REQUIRE n.key IS UNIQUE',
  'CREATE INDEX memory_created IF NOT EXISTS FOR (n:Memory) ON (n.created_at)',
  'CREATE INDEX memory_updated IF NOT EXISTS FOR (n:Memory) ON (n.updated_at)',
  'CREATE INDEX memory_project IF NOT EXISTS FOR (n:Memory) ON (n.context_project_path)',
  'CREATE INDEX relationship_from IF NOT EXISTS FOR (n:Relationship) ON (n.from_key)',
  'CREATE INDEX relationship_to IF NOT EXISTS FOR (n:Relationship) ON (n.to_key)',
  'CREATE INDEX change_seq IF NOT EXISTS FOR (n:Change) ON (n.tenant, n.seq)',
  'CREATE INDEX change_entity IF NOT EXISTS FOR (n:Change) ON (n.entity_id)',
  'CREATE INDEX change_from IF NOT EXISTS FOR (n:Change) ON (n.from_key)',
  'CREATE INDEX change_to IF NOT EXISTS FOR (n:Change) ON (n.to_key)',
  'CREATE INDEX vector_memory IF NOT EXISTS FOR (n:Vector) ON (n.memory_key)',
  'CREATE INDEX audience_tenant IF NOT EXISTS FOR (n:Audience) ON (n.tenant)',
  `CREATE FULLTEXT INDEX memory_text IF NOT EXISTS FOR (n:Memory) ON EACH [n.text]
    OPTIONS {indexConfig: {\`fulltext.analyzer\`: 'whitespace', \`fulltext.eventually_consistent\`: false}}`,
  `CREATE FULLTEXT INDEX relationship_text IF NOT EXISTS FOR (n:Relationship) ON EACH [n.text]
    OPTIONS {indexConfig: {\`fulltext.analyzer\`: 'whitespace', \`fulltext.eventually_consistent\`: false}}`,
];

/** An index of several properties serves a statement that asks for all of them alone: a member's names tenant and audience, upkeep's the tenant. */
const multiTenant: readonly string[] = [
  'CREATE CONSTRAINT carried_key IF NOT EXISTS FOR (n:Carried) REQUIRE n.key IS UNIQUE',
  'CREATE INDEX memory_tenant_index IF NOT EXISTS FOR (n:Memory) ON (n.context_tenant_id)',
  'CREATE INDEX memory_team_index IF NOT EXISTS FOR (n:Memory) ON (n.context_tenant_id, n.context_team_id)',
  'CREATE INDEX memory_visibility_index IF NOT EXISTS FOR (n:Memory) ON (n.context_tenant_id, n.audience)',
  'CREATE INDEX memory_created_by_index IF NOT EXISTS FOR (n:Memory) ON (n.context_tenant_id, n.context_created_by)',
  'CREATE INDEX memory_version_index IF NOT EXISTS FOR (n:Memory) ON (n.key, n.version)',
];

const nameOf = (text: string): string => /^CREATE (?:CONSTRAINT|INDEX|FULLTEXT INDEX) (\w+)/.exec(text)?.[1] ?? '';

export const schemaStatements = (
  inMultiTenantMode: boolean,
): readonly { readonly name: string; readonly text: string }[] =>
  (inMultiTenantMode ? [...always, ...multiTenant] : always).map((text) => ({ name: nameOf(text), text }));
