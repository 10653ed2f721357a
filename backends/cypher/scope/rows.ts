import type { OwnerFacts } from '../../../src/domain/assignment.ts';
import { memoryFields, relationshipFields } from '../../../src/domain/fields.ts';
import type { TenantId } from '../../../src/domain/ids.ts';
import { visibilities } from '../../../src/domain/memory.ts';
import type { RowPage, ScopedKind, ScopedRow } from '../../../src/storage/migration.ts';
import { toChange } from '../changes.ts';
import type { Dialect } from '../dialect.ts';
import { keyOf } from '../keys.ts';
import { toMemory, toRelationship } from '../records.ts';
import type { Row } from '../values.ts';
import { changeContent, faultIn, memoryContent, rawContent, relationshipContent } from './content.ts';
import { linesBehind, nodesBehind, nodesByKeys, prefixOf } from './pages.ts';

/** Where records of one kind of owner are: without a tenant, or of this one. */
interface Side {
  readonly dialect: Dialect;
  readonly tenant: TenantId | null;
}

export interface Sides {
  readonly base: Dialect;
  readonly part: Dialect;
  readonly tenant: TenantId;
  /** What has no tenant was moved, and stands only so that the run can be undone. */
  readonly moved: boolean;
}

const text = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

const ownerOf = (record: Row): OwnerFacts =>
  ({
    tenantId: text(record.context_tenant_id),
    teamId: text(record.context_team_id),
    visibility: text(record.context_visibility),
    projectPath: text(record.context_project_path),
    createdBy: text(record.context_created_by),
  }) as OwnerFacts;

const faultOfMemory = (record: Row): string | null => {
  const visibility = text(record.context_visibility);
  const isKnown = visibility === null || visibilities.some((known) => known === visibility);
  return faultIn(record, memoryFields) ?? (isKnown ? null : 'context_visibility is none that there is');
};

/** Says of an id whether the tenant has another record by it. */
const takenBy = async (
  { part, tenant }: Sides,
  label: 'Memory' | 'Relationship',
  rows: readonly Row[],
  side: Side,
): Promise<(id: unknown) => boolean> => {
  if (side.tenant !== null) return () => false;
  const own = (id: unknown): string => keyOf(tenant, String(id));
  const there = await nodesByKeys(
    part,
    label,
    rows.map(({ id }) => own(id)),
  );
  return (id) => there.has(own(id));
};

const memoryRows = async (rows: readonly Row[], side: Side, sides: Sides): Promise<readonly ScopedRow[]> => {
  const isTaken = await takenBy(sides, 'Memory', rows, side);
  return rows.map((record) => {
    const fault = faultOfMemory(record);
    return {
      kind: 'memory',
      key: String(record.id),
      content: fault === null ? memoryContent(toMemory(record)) : rawContent(record),
      usage: `${record.usage_count} ${text(record.last_accessed)}`,
      fault,
      owner: ownerOf(record),
      live: record.live === true,
      version: Number(record.version),
      taken: isTaken(record.id),
    };
  });
};

const relationshipRows = async (rows: readonly Row[], side: Side, sides: Sides): Promise<readonly ScopedRow[]> => {
  const isTaken = await takenBy(sides, 'Relationship', rows, side);
  const ends = await nodesByKeys(
    side.dialect,
    'Memory',
    rows.flatMap(({ from_key, to_key }) => [String(from_key), String(to_key)]),
  );
  const tenantOf = (key: unknown): TenantId | null | undefined => {
    const end = ends.get(String(key));
    return end === undefined ? undefined : (text(end.context_tenant_id) as TenantId | null);
  };
  return rows.map((record) => {
    const fault = faultIn(record, relationshipFields);
    return {
      kind: 'relationship',
      key: String(record.id),
      content:
        fault === null ? relationshipContent(toRelationship(record), String(record.words ?? '')) : rawContent(record),
      usage: '',
      fault,
      tenantId: text(record.tenant_id) as TenantId | null,
      version: Number(record.version),
      from: tenantOf(record.from_key),
      to: tenantOf(record.to_key),
      taken: isTaken(record.id),
    };
  });
};

const lineFields = [{ path: ['before'], name: 'before', kind: 'json' }] as const;

const changeRows = async (rows: readonly Row[], { dialect, tenant }: Side): Promise<readonly ScopedRow[]> => {
  const keyed = (entity: string): readonly string[] =>
    rows.filter((row) => row.entity === entity).map(({ entity_id }) => keyOf(tenant, String(entity_id)));
  const [memories, relationships] = await Promise.all([
    nodesByKeys(dialect, 'Memory', keyed('memory')),
    nodesByKeys(dialect, 'Relationship', keyed('relationship')),
  ]);
  return rows.map((record) => {
    const fault = faultIn(record, lineFields);
    const records = record.entity === 'memory' ? memories : relationships;
    return {
      kind: 'change',
      key: String(record.seq),
      content: fault === null ? changeContent(toChange(record)) : rawContent(record),
      usage: '',
      fault,
      tenantId: tenant,
      audience: text(record.audience),
      record: records.has(keyOf(tenant, String(record.entity_id))) ? tenant : undefined,
    };
  });
};

const pageOf = async (
  kind: Exclude<ScopedKind, 'key'>,
  side: Side,
  sides: Sides,
  after: string,
  limit: number,
): Promise<{ readonly rows: readonly ScopedRow[]; readonly last: string | null }> => {
  const { dialect, tenant } = side;
  if (kind === 'change') {
    const lines = await linesBehind(dialect, tenant, Number(after || 0), limit);
    return { rows: await changeRows(lines, side), last: lines.length < limit ? null : String(lines.at(-1)?.seq) };
  }
  const label = kind === 'memory' ? 'Memory' : 'Relationship';
  const nodes = await nodesBehind(dialect, label, prefixOf(tenant), after, limit);
  const rows = await (kind === 'memory' ? memoryRows : relationshipRows)(nodes, side, sides);
  return { rows, last: nodes.length < limit ? null : String(nodes.at(-1)?.key) };
};

const unowned = '-';
const owned = '+';

/**
 * What has no tenant, in the order of its keys or of the log, and then what the tenant has. Idempotency keys are none of it: they belong to
 * the user who used them, and nobody is that user in a tenant.
 */
export const scanRows = async (
  sides: Sides,
  kind: ScopedKind,
  from: string | null,
  limit: number,
): Promise<RowPage> => {
  if (kind === 'key') return { rows: [], next: null };
  const place = from ?? (sides.moved ? owned : unowned);
  const isOwned = place.startsWith(owned);
  const side = isOwned ? { dialect: sides.part, tenant: sides.tenant } : { dialect: sides.base, tenant: null };
  const { rows, last } = await pageOf(kind, side, sides, place.slice(1), limit);
  if (last !== null) return { rows, next: `${isOwned ? owned : unowned}${last}` };
  return { rows, next: isOwned ? null : owned };
};
