import { audiencesSql } from './audiences.ts';

/** What a store has in multi-tenant mode alone, beside the tables of each tenant (`tenants.ts`). */
export const multiTenantTables = `
${audiencesSql}
CREATE TABLE memory_tag (
  tag TEXT NOT NULL,
  memory_pk INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, tag, memory_pk)
) STRICT, WITHOUT ROWID;
`;

/** Words of live memories that have no tenant, until they get one or the store goes back to single-tenant mode. */
export const unscopedText = `CREATE TABLE unscoped_text (
  memory_pk INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  tags TEXT NOT NULL,
  content TEXT NOT NULL,
  identifiers TEXT NOT NULL,
  context TEXT NOT NULL
) STRICT`;

/** What the read rule asks of a memory, so that an index alone decides. */
const ruleColumns = 'context_visibility, context_team_id, context_project_path, context_created_by';

/**
 * Listings in order go through the tenant's memories and leave out what may not be read, by the index alone. What is counted over all that
 * a scope may read (`readable-set.ts`) is taken clause by clause: each live memory is in one of the four indexes of visibilities.
 */
export const multiTenantIndexes = `
CREATE UNIQUE INDEX memory_tenant_id ON memory (context_tenant_id, id);
CREATE INDEX idx_memory_tenant ON memory (context_tenant_id, created_at, id DESC, ${ruleColumns}, type) WHERE live = 1;
CREATE INDEX memory_tenant_updated ON memory (context_tenant_id, updated_at, id DESC, ${ruleColumns}) WHERE live = 1;
CREATE INDEX idx_memory_visibility ON memory (context_tenant_id, context_visibility, type, context_project_path)
  WHERE live = 1 AND context_visibility = 'public';
CREATE INDEX idx_memory_team ON memory (context_tenant_id, context_team_id, type, context_project_path)
  WHERE live = 1 AND context_visibility = 'team';
CREATE INDEX idx_memory_tenant_visibility ON memory (context_tenant_id, context_visibility, context_project_path, type)
  WHERE live = 1 AND context_visibility = 'project';
CREATE INDEX idx_memory_created_by ON memory (context_tenant_id, context_created_by, type, context_project_path)
  WHERE live = 1 AND context_visibility = 'private';
CREATE INDEX memory_tenant_trash ON memory (context_tenant_id, updated_at, id DESC) WHERE live = 0;
CREATE UNIQUE INDEX relationship_tenant_id ON relationship (tenant_id, id);
CREATE INDEX relationship_tenant_out ON relationship (from_pk, live, strength DESC, id, type, to_pk, tenant_id);
CREATE INDEX relationship_tenant_in ON relationship (to_pk, live, strength DESC, id, type, from_pk, tenant_id);
CREATE INDEX relationship_tenant_out_symmetric ON relationship
  (from_pk, live, strength DESC, id, type, to_pk, tenant_id) WHERE symmetric = 1;
CREATE INDEX relationship_tenant_in_symmetric ON relationship
  (to_pk, live, strength DESC, id, type, from_pk, tenant_id) WHERE symmetric = 1;
CREATE INDEX change_log_tenant ON change_log (tenant_id, entity_id, seq);
CREATE UNIQUE INDEX idempotency_key_owner ON idempotency_key (tenant_id, user_id, key);
CREATE UNIQUE INDEX guard_tenant ON guard (tenant_id, name);
`;

/** Where a row says whose it is, and who made it if that is told. */
const owners: Readonly<Record<string, readonly [tenant: string, creator?: string]>> = {
  memory: ['context_tenant_id', 'context_created_by'],
  relationship: ['tenant_id', 'created_by'],
  memory_vector: ['tenant_id'],
  change_log: ['tenant_id'],
  idempotency_key: ['tenant_id', 'user_id'],
  guard: ['tenant_id'],
  index_state: ['tenant_id'],
};

/** How a statement of the other mode, or one that moves a row to another tenant or maker, is refused. */
export const guardedBy = 'kept for its tenant';

const triggerNames = (table: string): readonly [string, string] => [`${table}_has_tenant`, `${table}_keeps_owner`];

/** Nothing comes in without a tenant, and nothing that is there changes its tenant or its maker. */
export const ownershipTriggers: string = Object.entries(owners)
  .map(([table, [tenant, ...more]]) => {
    const [has, keeps] = triggerNames(table);
    const columns = [tenant, ...more];
    const changed = columns.map((column) => `OLD.${column} IS NOT NEW.${column}`).join(' OR ');
    const abort = `BEGIN SELECT RAISE (ABORT, '${guardedBy}'); END`;
    return `CREATE TRIGGER ${has} BEFORE INSERT ON ${table} WHEN NEW.${tenant} IS NULL ${abort};
CREATE TRIGGER ${keeps} BEFORE UPDATE OF ${columns.join(', ')} ON ${table} WHEN ${changed} ${abort};
`;
  })
  .join('');

export const dropOwnershipTriggers: string = Object.keys(owners)
  .flatMap(triggerNames)
  .map((name) => `DROP TRIGGER ${name};\n`)
  .join('');

/** The names in the `CREATE` statements of a text, so that they can be dropped. */
export const namesIn = (sql: string, kind: 'TABLE' | 'INDEX'): readonly string[] =>
  [...sql.matchAll(new RegExp(`^CREATE (?:UNIQUE |VIRTUAL )*${kind} (\\w+)`, 'gm'))].map(([, name]) => name as string);
