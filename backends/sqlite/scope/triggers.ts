import { readClauses } from '../../../src/domain/access.ts';

interface Columns {
  readonly visibility: string;
  readonly team: string;
  readonly project: string;
}

/** `assigned` of `domain/assignment.ts` in SQL, for a record without a tenant and the assignment in `scope_stamp s`. */
const assignedSql = ({ visibility, team, project }: Columns): Pick<Columns, 'visibility' | 'team'> => {
  const kept = `s.force = 0 AND (${visibility} IN ('private', 'public') OR ${visibility} = 'team' AND ${team} IS NOT NULL)`;
  const given = `coalesce((SELECT t.team_id FROM scope_team t WHERE t.project = ${project}), s.team_id)`;
  const narrow = `CASE WHEN ${project} IS NULL THEN 'private' ELSE 'project' END`;
  const chosen = `CASE WHEN s.visibility = 'team' AND ${given} IS NULL THEN ${narrow}
      WHEN s.visibility = 'project' AND ${project} IS NULL THEN 'team' ELSE s.visibility END`;
  return {
    visibility: `CASE WHEN ${kept} THEN ${visibility} ELSE ${chosen} END`,
    team: `CASE WHEN ${kept} THEN ${team} WHEN (${chosen}) = 'team' THEN coalesce(${given}, '_everyone') ELSE ${team} END`,
  };
};

const fieldOf = { teamId: 'team', projectPath: 'project', createdBy: 'creator' } as const;

/** `audienceOf` in SQL over texts; empty where nobody reads it. */
const audienceOfTexts = (columns: Columns & { readonly creator: string }): string => {
  const cases = readClauses.map(({ visibility, needs }) => {
    const value = needs === null ? '' : ` || ':' || ${columns[fieldOf[needs.field]]}`;
    return `WHEN '${visibility}' THEN '${visibility}'${value}`;
  });
  return `coalesce(CASE ${columns.visibility} ${cases.join(' ')} END, '')`;
};

const snapshot = (key: string): string => `json_extract(NEW.before, '$.context.${key}')`;

const snapshotColumns = {
  visibility: snapshot('visibility'),
  team: snapshot('teamId'),
  project: snapshot('projectPath'),
};

const memoryTenant = "(SELECT m.context_tenant_id FROM memory m WHERE NEW.entity = 'memory' AND m.id = NEW.entity_id)";
const relationshipTenant =
  "(SELECT r.tenant_id FROM relationship r WHERE NEW.entity = 'relationship' AND r.id = NEW.entity_id)";
const recordTenant = `coalesce(${memoryTenant}, ${relationshipTenant})`;

/** Who could read what a line replaced. A record of before the migration is read as if it had been there for it. */
const audienceOfLine = `CASE
    WHEN NEW.before IS NULL THEN NULL
    WHEN NEW.entity = 'relationship' THEN ''
    WHEN ${snapshot('tenantId')} IS NULL THEN ${audienceOfTexts({ ...snapshotColumns, ...assignedSql(snapshotColumns), creator: snapshot('createdBy') })}
    WHEN ${snapshot('tenantId')} = ${recordTenant} THEN ${audienceOfTexts({ ...snapshotColumns, creator: snapshot('createdBy') })}
  END`;

const ofNew = assignedSql({
  visibility: 'NEW.context_visibility',
  team: 'NEW.context_team_id',
  project: 'NEW.context_project_path',
});

const arrives = (kind: string, pk: string, id: string): string =>
  `INSERT OR REPLACE INTO scope_arrival (kind, pk, id, run) SELECT '${kind}', ${pk}, ${id}, run FROM scope_stamp;`;

/** The tenant of both ends, where they are of one. */
const tenantOfEnds = `(SELECT a.context_tenant_id FROM memory a JOIN memory b ON b.context_tenant_id = a.context_tenant_id
    WHERE a.pk = NEW.from_pk AND b.pk = NEW.to_pk)`;

/** What comes in without a tenant is given one, and noted as new. Lines of the log take the tenant of their record. */
const stamps: Readonly<Record<string, string>> = {
  scope_stamp_memory: `AFTER INSERT ON memory BEGIN
  ${arrives('memory', 'NEW.pk', 'NEW.id')}
  UPDATE memory SET context_tenant_id = s.tenant_id, context_visibility = ${ofNew.visibility}, context_team_id = ${ofNew.team}
    FROM scope_stamp s WHERE pk = NEW.pk AND context_tenant_id IS NULL;
END`,
  scope_stamp_relationship: `AFTER INSERT ON relationship BEGIN
  ${arrives('relationship', 'NEW.pk', 'NEW.id')}
  UPDATE relationship SET tenant_id = ${tenantOfEnds} WHERE pk = NEW.pk AND tenant_id IS NULL;
END`,
  scope_stamp_change_log: `AFTER INSERT ON change_log WHEN NEW.tenant_id IS NULL BEGIN
  UPDATE change_log SET tenant_id = ${recordTenant}, audience = ${audienceOfLine}
    FROM scope_stamp s WHERE seq = NEW.seq AND ${recordTenant} IS NOT NULL;
END`,
  scope_stamp_idempotency_key: `AFTER INSERT ON idempotency_key WHEN NEW.tenant_id IS NULL BEGIN
  ${arrives('key', 'NEW.rowid', "''")}
  UPDATE idempotency_key SET tenant_id = s.tenant_id FROM scope_stamp s WHERE idempotency_key.rowid = NEW.rowid;
END`,
};

const closed = 'NOT EXISTS (SELECT 1 FROM scope_gate)';

const backAgain: Readonly<Record<string, readonly string[]>> = {
  memory: ['context_tenant_id', 'context_team_id', 'context_visibility'],
  relationship: ['tenant_id'],
};

/**
 * Whoever read a record before its scope was changed and writes it afterwards would take the change back. What is `held` of the tenant of a
 * record is put back to what it was: a tenant while there is one, or none while a rollback is under way.
 */
const holds = (name: string, held: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(backAgain).map(([table, columns]) => {
      const [tenant] = columns as readonly [string];
      const values = columns.map((column) => `${column} = OLD.${column}`).join(', ');
      return [
        `${name}_${table}`,
        `AFTER UPDATE OF ${tenant} ON ${table}
  WHEN OLD.${tenant} ${held} AND OLD.${tenant} IS NOT NEW.${tenant} AND ${closed} BEGIN
  UPDATE ${table} SET ${values} WHERE pk = NEW.pk;
END`,
      ];
    }),
  );

const created = (triggers: Readonly<Record<string, string>>): string =>
  Object.entries(triggers)
    .map(([name, text]) => `CREATE TRIGGER IF NOT EXISTS ${name} ${text};\n`)
    .join('');
const dropped = (triggers: Readonly<Record<string, string>>): string =>
  Object.keys(triggers)
    .map((name) => `DROP TRIGGER IF EXISTS ${name};\n`)
    .join('');

const scoping = { ...stamps, ...holds('scope_keep', 'IS NOT NULL') };
const unscoping = holds('scope_bare', 'IS NULL');

export const scopingTriggers = created(scoping);
export const dropScopingTriggers = dropped(scoping);
export const unscopingTriggers = created(unscoping);
export const dropUnscopingTriggers = dropped(unscoping);
