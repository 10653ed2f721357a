import type { OwnerFacts } from '../../../src/domain/assignment.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import type { RowPage, ScopedKind, ScopedRow } from '../../../src/storage/migration.ts';
import type { Cell, Connection } from '../connection.ts';
import { isMultiTenant } from '../shape.ts';
import {
  type Columns,
  changeContent,
  contentHash,
  faultIn,
  isVisibility,
  keyContent,
  memoryContent,
  relationshipContent,
  selection,
} from './content.ts';

interface Scan {
  /** Takes the tenant, the key before, and the limit. */
  readonly sql: (multi: boolean) => string;
  readonly columns: Columns;
  /** How many cells stand before those of the content: the key first. */
  readonly ahead: number;
  readonly toRow: (ahead: readonly Cell[], common: Common) => ScopedRow;
}

type Common = Pick<ScopedRow, 'content' | 'usage' | 'fault'>;

/** Another record of the tenant by the same id. In single-tenant mode there is none: ids are unique. */
const taken = (multi: boolean, table: string, tenant: string): string =>
  multi
    ? `${table}.${tenant} IS NULL AND EXISTS (SELECT 1 FROM ${table} AS o WHERE o.${tenant} = ? AND o.id = ${table}.id)`
    : '? IS NULL';

const owner = (cells: readonly Cell[]): OwnerFacts => {
  const [tenantId, teamId, visibility, projectPath, createdBy] = cells;
  return { tenantId, teamId, visibility, projectPath, createdBy } as OwnerFacts;
};

const memories: Scan = {
  sql: (multi) => `SELECT pk, id, live, version, usage_count, last_accessed, context_tenant_id, context_team_id,
      context_visibility, context_project_path, context_created_by, ${taken(multi, 'memory', 'context_tenant_id')},
      ${selection(memoryContent, 'memory')}
    FROM memory WHERE pk > ? ORDER BY pk LIMIT ?`,
  columns: memoryContent,
  ahead: 12,
  toRow: ([, id, live, version, count, last, ...rest], common) => ({
    kind: 'memory',
    ...common,
    key: id as string,
    live: live === 1,
    version: version as number,
    usage: `${count} ${last}`,
    owner: owner(rest),
    taken: rest[5] === 1,
    fault: common.fault ?? (isVisibility(rest[2] as Cell) ? null : 'context_visibility is none that there is'),
  }),
};

const tenantOfEnd = (pk: Cell, tenant: Cell): TenantId | null | undefined =>
  pk === null ? undefined : (tenant as TenantId | null);

const relationships: Scan = {
  sql: (multi) => `SELECT relationship.pk, relationship.id, relationship.version, relationship.tenant_id,
      a.pk, a.context_tenant_id, b.pk, b.context_tenant_id, ${taken(multi, 'relationship', 'tenant_id')},
      ${selection(relationshipContent, 'relationship')}
    FROM relationship LEFT JOIN memory a ON a.pk = relationship.from_pk LEFT JOIN memory b ON b.pk = relationship.to_pk
    WHERE relationship.pk > ? ORDER BY relationship.pk LIMIT ?`,
  columns: relationshipContent,
  ahead: 9,
  toRow: ([, id, version, tenant, aPk, a, bPk, b, isTaken], common) => ({
    kind: 'relationship',
    ...common,
    key: id as string,
    version: version as number,
    tenantId: tenant as TenantId | null,
    from: tenantOfEnd(aPk as Cell, a as Cell),
    to: tenantOfEnd(bPk as Cell, b as Cell),
    taken: isTaken === 1,
  }),
};

/** Where several tenants may have a record of one id, a line is of that of its tenant. */
const ofLine = (multi: boolean, tenant: string): string =>
  multi ? `${tenant} IS c.tenant_id` : `(c.tenant_id IS NULL OR ${tenant} IS c.tenant_id)`;

/** A line says its tenant; which record it is of matters while it does not. */
const changes: Scan = {
  sql: (multi) => `SELECT c.seq, c.tenant_id, c.audience, m.pk, m.context_tenant_id, r.pk, r.tenant_id, ? IS NULL,
      ${selection(changeContent, 'c')}
    FROM change_log c
    LEFT JOIN memory m ON c.entity = 'memory' AND m.id = c.entity_id AND ${ofLine(multi, 'm.context_tenant_id')}
    LEFT JOIN relationship r ON c.entity = 'relationship' AND r.id = c.entity_id AND ${ofLine(multi, 'r.tenant_id')}
    WHERE c.seq > ? ORDER BY c.seq LIMIT ?`,
  columns: changeContent,
  ahead: 8,
  toRow: ([seq, tenant, audience, mPk, m, rPk, r], common) => ({
    kind: 'change',
    ...common,
    key: String(seq),
    tenantId: tenant as TenantId | null,
    audience: audience as string | null,
    record: mPk === null ? tenantOfEnd(rPk as Cell, r as Cell) : (m as TenantId | null),
  }),
};

const keys: Scan = {
  sql: () => `SELECT k.rowid, k.tenant_id, ? IS NULL, ${selection(keyContent, 'k')}
    FROM idempotency_key k WHERE k.rowid > ? ORDER BY k.rowid LIMIT ?`,
  columns: keyContent,
  ahead: 3,
  toRow: ([rowid, tenant], common) => ({
    kind: 'key',
    ...common,
    key: String(rowid),
    tenantId: tenant as TenantId | null,
  }),
};

const scans: Readonly<Record<ScopedKind, Scan>> = {
  memory: memories,
  relationship: relationships,
  change: changes,
  key: keys,
};

export const scanRows = (
  connection: Connection,
  kind: ScopedKind,
  tenant: TenantId,
  from: string | null,
  limit: number,
): RowPage => {
  const { sql, columns, ahead, toRow } = scans[kind];
  const found = connection.rows<Cell[]>(sql(isMultiTenant(connection)), [tenant, Number(from ?? 0), limit]);
  const rows = found.map((cells) => {
    const content = cells.slice(ahead);
    return toRow(cells.slice(0, ahead), {
      content: contentHash(content).toString('hex'),
      usage: '',
      fault: faultIn(columns, content),
    });
  });
  const last = found.at(-1)?.[0];
  return { rows, next: found.length < limit || last === undefined ? null : String(last) };
};
