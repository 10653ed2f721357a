import {
  type Assignment,
  assigned,
  audienceGiven,
  type OwnerFacts,
  ownerDifference,
} from '../../../src/domain/assignment.ts';
import type { MemoryContext } from '../../../src/domain/memory.ts';
import type { Hold, Step } from '../../../src/storage/migration.ts';
import type { Cell, Connection } from '../connection.ts';
import { contentHash, keyContent, memoryContent, relationshipContent, selection } from './content.ts';
import { appendJournal, type Written } from './journal.ts';
import { holding, moveState, runOf, throughGate } from './runs.ts';

/** In the order in which they are filled: a relationship takes the tenant of its memories. */
const filledKinds = ['memory', 'relationship', 'key'] as const;
type FilledKind = (typeof filledKinds)[number];

interface Place {
  readonly kind: FilledKind;
  readonly key: number;
}

const whereUnscoped: Readonly<Record<FilledKind, string>> = {
  memory: 'pk > ? AND context_tenant_id IS NULL ORDER BY pk',
  relationship: 'pk > ? AND tenant_id IS NULL ORDER BY pk',
  key: 'rowid > ? AND tenant_id IS NULL ORDER BY rowid',
};
const tableOf = { memory: 'memory', relationship: 'relationship', key: 'idempotency_key' } as const;
const keyOf = { memory: 'pk', relationship: 'pk', key: 'rowid' } as const;

const lastSql = (kind: FilledKind): string =>
  `SELECT max(at), count(*) FROM (SELECT ${keyOf[kind]} AS at FROM ${tableOf[kind]} WHERE ${whereUnscoped[kind]} LIMIT ?)`;

/** The last row of the next batch. It is looked for before the batch holds the store, because there may be long stretches without one. */
const lastOf = (connection: Connection, { kind, key }: Place, limit: number): number | null =>
  connection.row<[number | null, number]>(lastSql(kind), [key, limit])?.[0] ?? null;

const memoryLinesSql = `SELECT c.seq, c.before IS NULL,
    CASE WHEN json_valid(c.before) THEN json_extract(c.before, '$.context') END
  FROM memory m CROSS JOIN change_log c ON c.entity_id = m.id AND c.entity = 'memory' AND c.tenant_id IS NULL
  WHERE m.pk > ? AND m.pk <= ? AND m.context_tenant_id IS NULL`;
const scopeLineSql = 'UPDATE change_log SET tenant_id = ?, audience = ? WHERE seq = ?';
const relationshipLinesSql = `UPDATE change_log SET tenant_id = ?, audience = CASE WHEN before IS NULL THEN NULL ELSE '' END
  WHERE entity_id = ? AND entity = 'relationship' AND tenant_id IS NULL`;

const audienceOfContext = (assignment: Assignment, context: string | null): string | null => {
  if (context === null) return null;
  const was = JSON.parse(context) as MemoryContext;
  const { tenantId = null, teamId = null, visibility = null } = was;
  return audienceGiven(assignment, { ...was, tenantId, teamId, visibility });
};

/** Before the memories themselves, by which they are found. */
const fillMemoryLines = (connection: Connection, assignment: Assignment, after: number, last: number): void => {
  for (const [seq, first, context] of connection.rows<[number, number, string | null]>(memoryLinesSql, [after, last])) {
    const audience = first === 1 ? null : audienceOfContext(assignment, context);
    connection.run(scopeLineSql, [assignment.tenant, audience, seq]);
  }
};

const memoriesSql = `SELECT pk, id, version, context_tenant_id, context_team_id, context_visibility,
    context_project_path, context_created_by, ${selection(memoryContent, 'memory')}
  FROM memory WHERE pk > ? AND pk <= ? AND context_tenant_id IS NULL ORDER BY pk`;
const memoryAhead = 8;
const scopeMemorySql = `UPDATE memory SET context_tenant_id = ?, context_team_id = ?, context_visibility = ?
  WHERE pk = ? AND context_tenant_id IS NULL`;

const fillMemories = (connection: Connection, assignment: Assignment, after: number, last: number): Written[] => {
  fillMemoryLines(connection, assignment, after, last);
  return connection.rows<Cell[]>(memoriesSql, [after, last]).map((cells) => {
    const [pk, id, version, tenantId, teamId, visibility, projectPath, createdBy] = cells;
    const before = { tenantId, teamId, visibility, projectPath, createdBy } as OwnerFacts;
    const owner = assigned(assignment, before);
    connection.run(scopeMemorySql, [owner.tenantId, owner.teamId, owner.visibility, pk as number]);
    return {
      kind: 'memory',
      pk: pk as number,
      id: id as string,
      version: version as number,
      content: contentHash(cells.slice(memoryAhead)),
      ...ownerDifference(before, owner),
    };
  });
};

/** Those whose ends are of one tenant; the others stay nobody's, and a plan names them. */
const relationshipsSql = `SELECT r.pk, r.id, r.version, a.context_tenant_id, ${selection(relationshipContent, 'r')}
  FROM relationship r JOIN memory a ON a.pk = r.from_pk JOIN memory b ON b.pk = r.to_pk
  WHERE r.pk > ? AND r.pk <= ? AND r.tenant_id IS NULL AND a.context_tenant_id = b.context_tenant_id ORDER BY r.pk`;
const relationshipAhead = 4;

const fillRelationships = (connection: Connection, _: Assignment, after: number, last: number): Written[] =>
  connection.rows<Cell[]>(relationshipsSql, [after, last]).map((cells) => {
    const [pk, id, version, tenant] = cells as [number, string, number, Assignment['tenant']];
    connection.run('UPDATE relationship SET tenant_id = ? WHERE pk = ? AND tenant_id IS NULL', [tenant, pk]);
    connection.run(relationshipLinesSql, [tenant, id]);
    const content = contentHash(cells.slice(relationshipAhead));
    const fields = { prior: { tenant_id: null }, next: { tenant_id: tenant } };
    return { kind: 'relationship', pk, id, version, content, ...fields };
  });

const keysSql = `SELECT k.rowid, ${selection(keyContent, 'k')} FROM idempotency_key k
  WHERE k.rowid > ? AND k.rowid <= ? AND k.tenant_id IS NULL ORDER BY k.rowid`;

/** They are kept without a user, so that nobody's retry meets the answer that somebody else got. */
const fillKeys = (connection: Connection, { tenant }: Assignment, after: number, last: number): Written[] =>
  connection.rows<Cell[]>(keysSql, [after, last]).map((cells) => {
    const rowid = cells[0] as number;
    connection.run('UPDATE idempotency_key SET tenant_id = ? WHERE rowid = ? AND tenant_id IS NULL', [tenant, rowid]);
    const content = contentHash(cells.slice(1));
    const fields = { prior: { tenant_id: null }, next: { tenant_id: tenant } };
    return { kind: 'key', pk: rowid, id: String(rowid), version: 0, content, ...fields };
  });

const fills = { memory: fillMemories, relationship: fillRelationships, key: fillKeys } as const;

const placeOf = (connection: Connection, run: number): Place => {
  const [kind, key] = connection.row<[FilledKind, number]>('SELECT at_kind, at_key FROM scope_run WHERE no = ?', [
    run,
  ]) ?? ['memory', 0];
  return { kind, key };
};

const goTo = (connection: Connection, run: number, { kind, key }: Place, rows: number): void => {
  connection.run('UPDATE scope_run SET at_kind = ?, at_key = ?, done = done + ? WHERE no = ?', [kind, key, rows, run]);
};

const following = (kind: FilledKind): FilledKind | undefined => filledKinds[filledKinds.indexOf(kind) + 1];

/** One batch, or the step from one kind to the next. */
export const backfillBatch = (connection: Connection, hold: Hold, limit: number): Step => {
  const { run } = hold;
  const place = placeOf(connection, run);
  const last = lastOf(connection, place, limit);
  return holding(connection, hold, () => {
    const { assignment, state } = runOf(connection, run);
    if (state !== 'backfilling') moveState(connection, run, 'expanded', 'backfilling');
    if (last === null) {
      const next = following(place.kind);
      if (next !== undefined) goTo(connection, run, { kind: next, key: 0 }, 0);
      return { rows: 0, changed: 0, done: next === undefined };
    }
    const written = throughGate(connection, run, () => fills[place.kind](connection, assignment, place.key, last));
    appendJournal(connection, run, written);
    goTo(connection, run, { kind: place.kind, key: last }, written.length);
    return { rows: written.length, changed: written.length, done: false };
  });
};
