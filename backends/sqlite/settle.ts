import type { Millis, TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';
import type { Change } from '../../src/storage/query.ts';
import { searchFields } from '../../src/storage/search-document.ts';
import { audienceBefore } from './change-log.ts';
import type { Cell, Connection } from './connection.ts';
import { endOfLog, logKeys } from './log-position.ts';
import { insertText } from './memory-text.ts';
import { ownership, ownershipColumns } from './ownership.ts';
import { reindexRelationships } from './relationship-text.ts';
import { enrolled, keyRange } from './tenants.ts';

interface Tenant {
  readonly id: TenantId;
  readonly no: number;
  /** It had no words here before. */
  readonly fresh: boolean;
}

const tenantsOfMemoriesSql = `SELECT DISTINCT context_tenant_id FROM memory
  WHERE context_tenant_id IS NOT NULL ORDER BY context_tenant_id`;
const hasWordsSql = 'SELECT 1 FROM audience WHERE tenant_id = ? AND memories > 0 LIMIT 1';

const tenantsHere = (connection: Connection): readonly Tenant[] =>
  connection.rows<[TenantId]>(tenantsOfMemoriesSql).map(([id]) => ({
    id,
    no: enrolled(connection, id),
    fresh: connection.row(hasWordsSql, [id]) === undefined,
  }));

/** In the order of the keys that the rows get, which the text index takes in best. */
const movingSql = `SELECT m.pk, ${ownershipColumns} FROM unscoped_text u CROSS JOIN memory m ON m.pk = u.memory_pk
  WHERE m.context_tenant_id = ? ORDER BY context_visibility, context_team_id, context_project_path, context_created_by, m.pk`;

const moveWords = (connection: Connection, { id, no }: Tenant): void => {
  for (const [pk, ...owner] of connection.rows<[number, ...Cell[]]>(movingSql, [id])) {
    const texts = connection.row<string[]>(`SELECT ${searchFields.join(', ')} FROM unscoped_text WHERE memory_pk = ?`, [
      pk,
    ]);
    if (texts === undefined) continue;
    insertText(connection, { pk, tenantNo: no, context: ownership(owner) }, texts);
    connection.run('DELETE FROM unscoped_text WHERE memory_pk = ?', [pk]);
  }
};

const tagsSql = `INSERT OR IGNORE INTO memory_tag (tenant_id, tag, memory_pk)
  SELECT m.context_tenant_id, tag.value, m.pk FROM memory m, json_each(m.tags) tag
  WHERE m.context_tenant_id = ? ORDER BY tag.value, m.pk`;

const vectorsSql = `UPDATE memory_vector SET tenant_id = ?, pk = place.pk FROM (
    SELECT v.pk AS was, coalesce((SELECT max(pk) FROM memory_vector WHERE pk > ? AND pk < ?), ?) + row_number() OVER (ORDER BY v.pk) AS pk
    FROM memory_vector v JOIN memory m ON m.pk = v.memory_pk WHERE v.tenant_id IS NULL AND m.context_tenant_id = ?
  ) AS place WHERE memory_vector.pk = place.was`;

const moveVectors = (connection: Connection, { id, no }: Tenant): void => {
  const { first, beyond } = keyRange(no);
  connection.run(vectorsSql, [id, first, beyond, first, id]);
};

/**
 * Whose a line is, it says itself or follows from the one record with its id; where two tenants have such a record, it stays nobody's. A
 * line that says it may still be numbered in the log of single-tenant mode, and says too who could read what it replaced.
 */
const linesSql = `SELECT c.seq, c.entity, c.before, coalesce(c.tenant_id,
    CASE c.entity WHEN 'memory' THEN (SELECT min(context_tenant_id) FROM memory WHERE id = c.entity_id HAVING count(*) = 1)
      ELSE (SELECT min(tenant_id) FROM relationship WHERE id = c.entity_id HAVING count(*) = 1) END),
    c.tenant_id IS NOT NULL, c.audience
  FROM change_log c WHERE c.seq > ?
    AND (c.tenant_id IS NULL OR c.seq >> 32 IS NOT (SELECT no FROM tenant WHERE id = c.tenant_id))
  ORDER BY c.seq LIMIT 1000`;

type Line = [
  seq: number,
  entity: Change['entity'],
  before: string | null,
  tenant: TenantId | null,
  told: number,
  audience: string | null,
];

const moveLineSql = 'UPDATE change_log SET seq = ?, at = max(at, ?), tenant_id = ?, audience = ? WHERE seq = ?';

/**
 * The key that a line gets, and the time before which it cannot be. A tenant that is alone keeps the numbers that its lines had; several
 * would learn from them what the others wrote.
 */
const placeOfLine = (connection: Connection, seq: number, { no, fresh }: Tenant, alone: boolean): [number, Millis] => {
  const { first, beyond } = logKeys(no);
  if (seq > first && seq < beyond) return [seq, Number.MIN_SAFE_INTEGER];
  const [end, at] = endOfLog(connection, no);
  return [alone && fresh ? Math.max(end + 1, first + seq) : end + 1, at];
};

const moveLines = (connection: Connection, tenants: readonly Tenant[]): void => {
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  for (let after = 0; ; ) {
    const lines = connection.rows<Line>(linesSql, [after]);
    for (const [seq, entity, before, id, told, known] of lines) {
      after = seq;
      const tenant = id === null ? undefined : byId.get(id);
      if (tenant === undefined) continue;
      const was = told === 1 || before === null ? null : (JSON.parse(before) as Memory | Relationship);
      const audience = told === 1 ? known : audienceBefore({ entity, before: was }, tenant.id);
      const place = placeOfLine(connection, seq, tenant, tenants.length === 1);
      connection.run(moveLineSql, [...place, tenant.id, audience, seq]);
    }
    if (lines.length === 0) return;
  }
};

/** A tenant that was alone in single-tenant mode goes on behind the line that was purged last. */
const takeMark = (connection: Connection, { id, no }: Tenant): void => {
  connection.run(
    `INSERT INTO purge_mark (seq, at, tenant_id) SELECT seq + ?, at, ? FROM purge_mark WHERE tenant_id IS NULL AND seq < ?`,
    [logKeys(no).first, id, keyRange(1).first],
  );
};

/** A new tenant's words are as far as those without a tenant were; words that join others of another state are indexed anew. */
const takeStates = (connection: Connection, { id, fresh }: Tenant): void => {
  if (!fresh) {
    connection.run(
      `DELETE FROM index_state WHERE tenant_id = ?
        AND (version, through) IS NOT (SELECT version, through FROM index_state WHERE tenant_id IS NULL)`,
      [id],
    );
    return;
  }
  connection.run(
    `INSERT INTO index_state (version, through, tenant_id) SELECT version, through, ? FROM index_state
      WHERE tenant_id IS NULL AND NOT EXISTS (SELECT 1 FROM index_state WHERE tenant_id = ?)`,
    [id, id],
  );
  connection.run(
    `INSERT INTO guard (name, revision, tenant_id) SELECT name, revision, ? FROM guard WHERE tenant_id IS NULL
      ON CONFLICT (tenant_id, name) DO NOTHING`,
    [id],
  );
};

/**
 * Brings what belongs to memories with a tenant to where a tenant's things are kept: words, tags, vectors, lines of the log. Call it in a
 * store of multi-tenant shape, in a transaction, after rows got their tenant and while the triggers of ownership are not there.
 */
export const settle = (connection: Connection): void => {
  const tenants = tenantsHere(connection);
  const [only] = tenants;
  if (tenants.length === 1 && only?.fresh === true) takeMark(connection, only);
  moveLines(connection, tenants);
  for (const tenant of tenants) {
    takeStates(connection, tenant);
    moveWords(connection, tenant);
    connection.run(tagsSql, [tenant.id]);
    moveVectors(connection, tenant);
    reindexRelationships(connection, tenant);
  }
};
