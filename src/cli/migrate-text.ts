import type { Owner } from '../domain/assignment.ts';
import type { Outcome, RollbackReport } from '../service/migrate/outcome.ts';
import type { Plan } from '../service/migrate/plan.ts';
import type { Noted } from '../service/migrate/tally.ts';
import type { Verification } from '../service/migrate/verify.ts';
import type { KindCounts, MigrationStatus, Run } from '../storage/migration.ts';
import { columns } from './terminal.ts';

const none = '-';

const list = ({ memory, relationship, change, key }: KindCounts): string =>
  `${memory} memories, ${relationship} relationships, ${change} changes, ${key} idempotency keys`;

const ownerText = ({ tenantId, visibility, teamId }: Owner): string =>
  `tenant ${tenantId ?? none}, visibility ${visibility ?? none}, team ${teamId ?? none}`;

const matrixText = ({ found: { matrix } }: Plan): readonly string[] => {
  const rows = matrix.map(({ kind, tenant, visibility, team, before, after }) => [
    kind,
    tenant ? 'yes' : 'no',
    visibility ?? none,
    team ? 'yes' : 'no',
    String(before),
    String(after),
  ]);
  const all = [['kind', 'tenant', 'visibility', 'team', 'before', 'after'], ...rows];
  const widths = all[0]?.map((_, place) => Math.max(...all.map((row) => row[place]?.length ?? 0))) ?? [];
  return all.map((row) => `  ${row.map((cell, place) => cell.padEnd(widths[place] ?? 0)).join('  ')}`.trimEnd());
};

const noted = (what: string, { count, keys }: Noted, advice = ''): readonly string[] =>
  count === 0 ? [] : [`${count} ${what}${advice}`, ...keys.slice(0, 5).map((key) => `  ${key}`)];

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

const notesText = ({ found: { notes, faults } }: Plan): readonly string[] => [
  ...noted('rows cannot be read:', faults),
  ...noted('records whose id the tenant has already:', notes.taken),
  ...noted('relationships that would join two tenants:', notes.across),
  ...noted('memories that nobody will read, being private without a creator:', notes.unreadable),
  ...noted('orphans, which stay without a tenant and are seen by nobody:', notes.orphan),
  ...(notes['without creator'].count === 0
    ? []
    : [
        `${notes['without creator'].count} memories have no creator: they are read, and no member of the tenant changes them`,
      ]),
];

const roomText = ({ storeBytes, journalBytes }: Plan): string =>
  storeBytes === null
    ? 'records are copied, and take their room twice until --finalize'
    : `disk: ${megabytes(storeBytes)} for the copy, ${megabytes(journalBytes)} for the journal`;

/** Everything that a person needs to decide. */
export const planLines = (plan: Plan): readonly string[] => {
  const { assignment, found, changes, samples } = plan;
  const widened = found.widenings.reduce((sum, { count }) => sum + count, 0);
  return [
    `plan ${plan.hash.slice(0, 12)}: to tenant ${assignment.tenant}, visibility ${assignment.visibility}${assignment.team === null ? '' : `, team ${assignment.team}`}${assignment.force ? ', forced' : ''}`,
    ...matrixText(plan),
    `will change: ${list(changes)}`,
    `visibility widened: ${widened}`,
    ...found.widenings.map(({ from, to, count }) => `  ${from} to ${to}: ${count}`),
    ...found.unmapped.map(({ project, count }) => `not in the map: ${project ?? 'no project'}: ${count}`),
    ...notesText(plan),
    ...(samples.length === 0 ? [] : ['for example:']),
    ...samples.flatMap(({ id, before, after }) => [
      `  ${id}`,
      `    before  ${ownerText(before)}`,
      `    after   ${ownerText(after)}`,
    ]),
    `about ${Math.max(1, Math.ceil(plan.seconds))} s; ${roomText(plan)}`,
  ];
};

const verificationText = ({ checkedRows, comparedRows, editedRows, goneRows }: Verification): string =>
  `verified: ${checkedRows} rows looked at, ${comparedRows} compared with the journal, ${editedRows} edited and ${goneRows} purged since`;

const rollbackLines = (run: Run, report: RollbackReport): readonly string[] => [
  `rolled back run ${run.no}: ${report.restored} rows restored, ${report.gone} purged since`,
  ...(report.rescopedCount === 0
    ? []
    : [
        `${report.rescopedCount} had another scope than the run gave them, and have their former one again:`,
        ...report.rescoped.map(({ kind, key, found }) => `  ${kind} ${key}: ${JSON.stringify(found)}`),
      ]),
  ...(report.kept.memory + report.kept.relationship === 0 ? [] : [`kept with their tenant: ${list(report.kept)}`]),
  ...(report.exported === null ? [] : [`exported and taken out: ${list(report.exported)}`]),
  report.identical
    ? 'every row is what it was before the run'
    : 'the store was used since the run: what was edited stays edited',
];

export const outcomeLines = (outcome: Outcome): readonly string[] => {
  switch (outcome.kind) {
    case 'nothing_to_do':
      return ['nothing to do'];
    case 'migrated':
      return [
        verificationText(outcome.verification),
        `run ${outcome.run.no} is enforced: ${outcome.rows} rows belong to ${outcome.run.assignment.tenant} now (${outcome.seconds.toFixed(1)} s)`,
        ...(outcome.run.backup === null ? [] : [`the store as it was: ${outcome.run.backup}`]),
        'start the servers with MEMORY_MULTI_TENANT_MODE=true now; --rollback undoes this, --finalize ends that',
      ];
    case 'rolled_back':
      return rollbackLines(outcome.run, outcome.report);
    case 'finalized':
      return [`run ${outcome.run.no} is final: nothing can be rolled back any more`];
    case 'refused':
      return [`refused: ${outcome.why}`];
    case 'stopped':
      return [`run ${outcome.run} stopped (${outcome.why}): go on by --resume, or undo it by --rollback`];
    case 'failed':
      return ['verification failed:', ...outcome.failures.map((failure) => `  ${failure}`)];
    case 'held':
      return [`held by ${outcome.lease.owner} until ${new Date(outcome.lease.expires).toISOString()}`];
  }
};

const runLine = ({ no, state, assignment, startedAt, entries, paused }: Run): string =>
  `run ${no}: ${state.replace('_', ' ')}${paused ? ', paused' : ''}, tenant ${assignment.tenant}, begun ${new Date(startedAt).toISOString()}, ${entries} rows changed`;

export const statusLines = ({ runs, lease }: MigrationStatus, unscoped: KindCounts): readonly string[] => [
  ...(runs.length === 0 ? ['no run was ever begun'] : runs.map(runLine)),
  lease === null ? 'nobody holds the lock' : `held by ${lease.owner} until ${new Date(lease.expires).toISOString()}`,
  ...columns([['without a tenant', list(unscoped)]]),
];

export const verifyLines = (verification: Verification): readonly string[] =>
  verification.failures.length === 0
    ? [verificationText(verification)]
    : ['verification failed:', ...verification.failures.map((failure) => `  ${failure}`)];
