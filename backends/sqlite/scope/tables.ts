/**
 * What a migration keeps in the store: who holds it, the runs with their checkpoints, the journal, and what came in since. They are made by
 * the first run; a store that was never migrated has none of them.
 */
export const migrationTables = `
CREATE TABLE IF NOT EXISTS scope_lease (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  owner TEXT,
  fence INTEGER NOT NULL,
  expires INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO scope_lease (one, owner, fence, expires) VALUES (1, NULL, 0, 0);

-- \`at_kind\` and \`at_key\` are the last row that the backfill has behind it, \`digest\` is that of the journal so far.
CREATE TABLE IF NOT EXISTS scope_run (
  no INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  state TEXT NOT NULL,
  assignment TEXT NOT NULL,
  plan TEXT NOT NULL,
  baseline TEXT NOT NULL,
  backup TEXT,
  started_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  entries INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  at_kind TEXT NOT NULL DEFAULT 'memory',
  at_key INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT ''
) STRICT;

-- What was changed is one of few pairs of before and after.
CREATE TABLE IF NOT EXISTS scope_pair (
  no INTEGER PRIMARY KEY,
  prior TEXT NOT NULL,
  next TEXT NOT NULL,
  UNIQUE (prior, next)
) STRICT;

CREATE TABLE IF NOT EXISTS scope_journal (
  run INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  pk INTEGER NOT NULL,
  id TEXT NOT NULL,
  pair INTEGER NOT NULL,
  version INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS scope_arrival (
  kind TEXT NOT NULL,
  pk INTEGER NOT NULL,
  id TEXT NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (kind, pk)
) STRICT, WITHOUT ROWID;

-- One row, while what comes in without a tenant gets one; \`force\` is 0 or 1.
CREATE TABLE IF NOT EXISTS scope_stamp (
  run INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  visibility TEXT NOT NULL,
  team_id TEXT,
  force INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS scope_team (
  project TEXT PRIMARY KEY,
  team_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Holds a row inside the transactions of a migration and is empty outside them: the triggers let scopes change meanwhile.
CREATE TABLE IF NOT EXISTS scope_gate (
  run INTEGER NOT NULL
) STRICT;
`;
