import type { Hold } from '../../../src/storage/migration.ts';
import type { Connection } from '../connection.ts';
import { holding, moveState, runOf } from './runs.ts';
import { dropScopingTriggers, dropUnscopingTriggers, scopingTriggers, unscopingTriggers } from './triggers.ts';

const setStamp = (connection: Connection, run: number): void => {
  const { tenant, visibility, team, force, teamOf } = runOf(connection, run).assignment;
  connection.run('DELETE FROM scope_stamp');
  connection.run('DELETE FROM scope_team');
  connection.run('INSERT INTO scope_stamp (run, tenant_id, visibility, team_id, force) VALUES (?, ?, ?, ?, ?)', [
    run,
    tenant,
    visibility,
    team,
    force ? 1 : 0,
  ]);
  for (const [project, name] of Object.entries(teamOf ?? {})) {
    connection.run('INSERT INTO scope_team (project, team_id) VALUES (?, ?)', [project, name]);
  }
};

/** From this commit on what comes in is the tenant's. What came in just before is there for the backfill to find. */
export const expand = (connection: Connection, hold: Hold): void =>
  holding(connection, hold, () => {
    moveState(connection, hold.run, 'backed_up', 'expanded');
    setStamp(connection, hold.run);
    connection.db.exec(dropScopingTriggers + dropUnscopingTriggers + scopingTriggers);
  });

/** After a run was rolled back, what comes in belongs where the run before it put it, if there is one that stands. */
export const stampAgain = (connection: Connection, run: number): void => {
  const before = connection.row<[number]>(
    "SELECT no FROM scope_run WHERE no < ? AND state NOT IN ('rolled_back', 'planned', 'backed_up') ORDER BY no DESC LIMIT 1",
    [run],
  );
  if (before === undefined) return;
  setStamp(connection, before[0]);
  connection.db.exec(scopingTriggers);
};

/** The way back begins. */
export const contract = (connection: Connection, hold: Hold): void =>
  holding(connection, hold, () => {
    connection.run('DELETE FROM scope_stamp');
    connection.run('DELETE FROM scope_team');
    connection.db.exec(dropScopingTriggers + dropUnscopingTriggers + unscopingTriggers);
    connection.run("UPDATE scope_run SET state = 'rolling_back', done = 0 WHERE no = ?", [hold.run]);
  });
