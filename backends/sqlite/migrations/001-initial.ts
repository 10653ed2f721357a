/**
 * The full-text index gets finished tokens, so every ASCII character but the space (and NUL, which no token holds)
 * belongs to a word; the `ascii` tokenizer already takes all others as part of one.
 */
const tokenCharacters = Array.from({ length: 127 }, (_, index) => String.fromCharCode(index + 1))
  .filter((character) => !/[ A-Za-z0-9]/.test(character))
  .join('');
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const tokenizer = quoted(`ascii tokenchars ${quoted(tokenCharacters)}`);

/**
 * What a store has in single-tenant mode and has not in the other: the words of all that is live, tags without their tenant, and the
 * indexes that begin with no tenant.
 */
export const singleTenantTables = `
-- By value what \`memory.tags\` lists in order. No foreign key: it would want an index on \`memory_pk\`,
-- one more page for each write.
CREATE TABLE memory_tag (
  tag TEXT NOT NULL,
  memory_pk INTEGER NOT NULL,
  tenant_id TEXT,
  PRIMARY KEY (tag, memory_pk)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE memory_text USING fts5 (title, tags, content, identifiers, context, tokenize = ${tokenizer});
CREATE VIRTUAL TABLE memory_term USING fts5vocab (memory_text, row);

-- Holds the live ones between live memories alone, while their words stay with all of them for the day they are live again.
CREATE VIRTUAL TABLE relationship_text USING fts5 (
  words, content = 'relationship', content_rowid = 'pk', tokenize = ${tokenizer}
);
`;

export const singleTenantIndexes = `
CREATE UNIQUE INDEX memory_id ON memory (id);
CREATE INDEX memory_scoped ON memory (context_tenant_id) WHERE context_tenant_id IS NOT NULL;
-- Read backwards: newest first, ties by id. Descending keys would put each new row at the left edge of the tree,
-- which costs twice the pages.
CREATE INDEX memory_created ON memory (created_at, id DESC) WHERE live = 1;
CREATE INDEX memory_updated ON memory (updated_at, id DESC) WHERE live = 1;
CREATE INDEX memory_type ON memory (type, created_at, id DESC) WHERE live = 1;
CREATE INDEX memory_project ON memory (context_project_path, created_at, id DESC)
  WHERE live = 1 AND context_project_path IS NOT NULL;
CREATE INDEX memory_trash ON memory (updated_at, id DESC) WHERE live = 0;
CREATE UNIQUE INDEX relationship_id ON relationship (id);
CREATE INDEX relationship_out ON relationship (from_pk, live, strength DESC, id, type, to_pk);
CREATE INDEX relationship_in ON relationship (to_pk, live, strength DESC, id, type, from_pk);
CREATE INDEX relationship_out_symmetric ON relationship (from_pk, live, strength DESC, id, type, to_pk)
  WHERE symmetric = 1;
CREATE INDEX relationship_in_symmetric ON relationship (to_pk, live, strength DESC, id, type, from_pk)
  WHERE symmetric = 1;
CREATE INDEX change_log_entity ON change_log (entity_id, seq);
CREATE UNIQUE INDEX idempotency_key_key ON idempotency_key (key);
CREATE UNIQUE INDEX guard_name ON guard (name);
`;

/**
 * Whatever is stored says whose it is: `tenant_id`, null where there are no tenants. Columns that lookups and walks read stand before the
 * long texts, which may spill over to other pages.
 */
export const initial = `
-- Numbers are never given again: names of tables and ranges of keys are made of them.
CREATE TABLE tenant (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE memory (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  merged_into TEXT,
  importance REAL NOT NULL,
  confidence REAL NOT NULL,
  effectiveness REAL,
  usage_count INTEGER NOT NULL,
  last_accessed INTEGER,
  updated_by TEXT,
  context_project_path TEXT,
  context_git_commit TEXT,
  context_git_branch TEXT,
  context_working_directory TEXT,
  context_timestamp INTEGER,
  context_session_id TEXT,
  context_user_id TEXT,
  context_tenant_id TEXT,
  context_team_id TEXT,
  context_visibility TEXT,
  context_created_by TEXT,
  context_organization_id TEXT,
  context_namespace_id TEXT,
  context_languages TEXT NOT NULL,
  context_frameworks TEXT NOT NULL,
  context_technologies TEXT NOT NULL,
  tags TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT,
  content TEXT NOT NULL,
  context_files_involved TEXT NOT NULL,
  context_additional_metadata TEXT,
  extra TEXT,
  live INTEGER NOT NULL GENERATED ALWAYS AS (deleted_at IS NULL AND merged_into IS NULL) VIRTUAL
) STRICT;

-- With a key of its own the table is read in the order it lies in, without a jump for each vector.
CREATE TABLE memory_vector (
  pk INTEGER PRIMARY KEY,
  memory_pk INTEGER NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  tenant_id TEXT,
  vector BLOB NOT NULL,
  UNIQUE (memory_pk, model)
) STRICT;

CREATE TABLE relationship (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  from_pk INTEGER NOT NULL REFERENCES memory (pk),
  to_pk INTEGER NOT NULL REFERENCES memory (pk),
  type TEXT NOT NULL,
  strength REAL NOT NULL,
  confidence REAL NOT NULL,
  description TEXT,
  context TEXT,
  bidirectional INTEGER NOT NULL,
  evidence_count INTEGER NOT NULL,
  counter_evidence_count INTEGER NOT NULL,
  validation_count INTEGER NOT NULL,
  success_rate REAL,
  created_at INTEGER NOT NULL,
  last_validated INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_until INTEGER,
  recorded_at INTEGER NOT NULL,
  invalidated_by TEXT,
  removed_at INTEGER,
  version INTEGER NOT NULL,
  updated_by TEXT,
  origin TEXT NOT NULL,
  tenant_id TEXT,
  created_by TEXT,
  extra TEXT,
  words TEXT NOT NULL,
  live INTEGER NOT NULL GENERATED ALWAYS AS (valid_until IS NULL AND removed_at IS NULL) VIRTUAL,
  symmetric INTEGER NOT NULL GENERATED ALWAYS AS (type IN (
    'SIMILAR_TO', 'RELATED_TO', 'ALTERNATIVE_TO', 'ANALOGY_TO', 'OPPOSITE_OF', 'PARALLEL_TO', 'WORKS_WITH'
  )) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX relationship_live ON relationship (from_pk, to_pk, type) WHERE live = 1;

-- \`audience\` says who could read \`before\`.
CREATE TABLE change_log (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  entity TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  changed_by TEXT,
  tenant_id TEXT,
  audience TEXT,
  reason TEXT,
  before TEXT
) STRICT;

-- The last line that a purge took out of a log; neither its number nor its time is given again.
CREATE TABLE purge_mark (
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  tenant_id TEXT
) STRICT;

CREATE TABLE idempotency_key (
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  tenant_id TEXT,
  user_id TEXT
) STRICT;

CREATE TABLE guard (
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  tenant_id TEXT
) STRICT;

-- One row, made with the store.
CREATE TABLE sealing_key (
  key BLOB NOT NULL
) STRICT;
INSERT INTO sealing_key (key) VALUES (randomblob(32));

-- One row for each tenant, or none before its words were ever indexed anew.
CREATE TABLE index_state (
  version INTEGER NOT NULL,
  through TEXT,
  tenant_id TEXT
) STRICT;
${singleTenantTables}${singleTenantIndexes}`;
