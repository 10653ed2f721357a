import type { Finding } from '../../src/storage/store.ts';
import { audienceSql } from './access.ts';
import { audienceOfRow } from './audiences.ts';
import type { Connection } from './connection.ts';
import { relationshipTextTable, tenantNumbers, textTable } from './tenants.ts';

/** Counts rows that must not be there. */
export interface Check {
  /** What they count is added up. */
  readonly sql: readonly string[];
  readonly what: string;
  readonly fix: string;
  /** Default: `error`. */
  readonly severity?: Finding['severity'];
}

const restore = 'Restore a backup, or export and import the store.';
const rebuild = 'Export and import the store to rebuild the index.';

export const commonChecks: readonly Check[] = [
  {
    sql: [
      `SELECT count(*) FROM relationship
      WHERE from_pk NOT IN (SELECT pk FROM memory) OR to_pk NOT IN (SELECT pk FROM memory)`,
    ],
    what: 'Relationships without one of their memories',
    fix: restore,
  },
  {
    sql: ['SELECT count(*) FROM memory_tag WHERE memory_pk NOT IN (SELECT pk FROM memory)'],
    what: 'Tags without their memory',
    fix: restore,
  },
  {
    sql: ['SELECT count(*) FROM memory_vector WHERE memory_pk NOT IN (SELECT pk FROM memory)'],
    what: 'Vectors without their memory',
    fix: restore,
  },
];

const idOf = (no: number): string => `(SELECT id FROM tenant WHERE no = ${no})`;

/** Rows that the index lacks, and rows that it holds without need. */
const outOfStep = (wanted: string, held: string): readonly string[] => [
  `SELECT count(*) FROM (${wanted} EXCEPT ${held})`,
  `SELECT count(*) FROM (${held} EXCEPT ${wanted})`,
];

/** Those that the text of a tenant should hold. */
const liveRelationships = (no: number): string => `SELECT r.pk FROM relationship r
  JOIN memory a ON a.pk = r.from_pk JOIN memory b ON b.pk = r.to_pk
  WHERE r.live = 1 AND a.live = 1 AND b.live = 1 AND r.tenant_id = ${idOf(no)}
    AND a.context_tenant_id = r.tenant_id AND b.context_tenant_id = r.tenant_id`;

const memoriesOutOfStep = 'Memories that the text index misses or should not hold';
const relationshipsOutOfStep = 'Relationships that the text index misses or should not hold';

export const singleTenantChecks: readonly Check[] = [
  {
    sql: [
      `SELECT (SELECT count(*) FROM memory WHERE live = 1 AND pk NOT IN (SELECT rowid FROM memory_text))
      + (SELECT count(*) FROM memory_text WHERE rowid NOT IN (SELECT pk FROM memory WHERE live = 1))`,
    ],
    what: memoriesOutOfStep,
    fix: rebuild,
  },
  {
    sql: [
      `WITH live (pk) AS (SELECT r.pk FROM relationship r JOIN memory a ON a.pk = r.from_pk
        JOIN memory b ON b.pk = r.to_pk WHERE r.live = 1 AND a.live = 1 AND b.live = 1)
      SELECT (SELECT count(*) FROM live WHERE pk NOT IN (SELECT id FROM relationship_text_docsize))
        + (SELECT count(*) FROM relationship_text_docsize WHERE id NOT IN (SELECT pk FROM live))`,
    ],
    what: relationshipsOutOfStep,
    fix: rebuild,
  },
];

const ownTables: readonly Check[] = [
  {
    sql: ['SELECT count(*) FROM memory WHERE context_tenant_id IS NULL'],
    what: 'Memories without a tenant, which nobody reads',
    fix: 'Assign them to a tenant (`graph-memory migrate`).',
    severity: 'warning',
  },
  {
    sql: ['SELECT count(*) FROM relationship WHERE tenant_id IS NULL'],
    what: 'Relationships without a tenant, which nobody reads',
    fix: 'Assign them to a tenant (`graph-memory migrate`).',
    severity: 'warning',
  },
  {
    sql: [
      `SELECT count(*) FROM relationship r JOIN memory a ON a.pk = r.from_pk JOIN memory b ON b.pk = r.to_pk
      WHERE a.context_tenant_id IS NOT b.context_tenant_id OR r.tenant_id IS NOT a.context_tenant_id AND r.tenant_id IS NOT NULL`,
    ],
    what: 'Relationships that are not of the tenant of both their memories',
    fix: restore,
  },
  {
    sql: ['memory_tag', 'memory_vector'].map(
      (table) => `SELECT count(*) FROM ${table} x JOIN memory m ON m.pk = x.memory_pk
      WHERE x.tenant_id IS NOT m.context_tenant_id`,
    ),
    what: 'Tags and vectors that are not of the tenant of their memory',
    fix: restore,
  },
  {
    sql: [
      `SELECT count(*) FROM change_log c JOIN memory m ON m.context_tenant_id = c.tenant_id AND m.id = c.entity_id
      WHERE c.entity = 'memory' AND (c.seq >> 32) <> (SELECT no FROM tenant WHERE id = c.tenant_id)`,
    ],
    what: 'Lines of the change log that are numbered in the log of another tenant',
    fix: restore,
  },
];

/** Keys that the text of a tenant should have. A memory of an audience that has no number is in none. */
const wantedRows = (no: number): string => `SELECT coalesce((SELECT (x.no << 32) | m.pk FROM audience x
    WHERE x.tenant_id = m.context_tenant_id AND x.audience = ${audienceSql('m')}), -m.pk)
  FROM memory m WHERE m.context_tenant_id = ${idOf(no)} AND m.live = 1`;

const tokens = [0, 1, 2, 3, 4]
  .map((field) => `CASE c${field} WHEN '' THEN 0 ELSE 1 + length(c${field}) - length(replace(c${field}, ' ', '')) END`)
  .join(' + ');

const countedRows = (no: number): string =>
  `SELECT no, memories, tokens FROM audience WHERE tenant_id = ${idOf(no)} AND (memories <> 0 OR tokens <> 0)`;
const keptRows = (no: number): string =>
  `SELECT ${audienceOfRow('id')}, count(*), sum(${tokens}) FROM ${textTable(no)}_content GROUP BY 1`;

export const multiTenantChecks = (connection: Connection): readonly Check[] => {
  const numbers = tenantNumbers(connection);
  return [
    ...ownTables,
    {
      sql: [
        ...numbers.flatMap((no) => outOfStep(wantedRows(no), `SELECT id FROM ${textTable(no)}_content`)),
        ...outOfStep(
          'SELECT pk FROM memory WHERE live = 1 AND context_tenant_id IS NULL',
          'SELECT memory_pk FROM unscoped_text',
        ),
      ],
      what: memoriesOutOfStep,
      fix: rebuild,
    },
    {
      sql: numbers.flatMap((no) =>
        outOfStep(liveRelationships(no), `SELECT id FROM ${relationshipTextTable(no)}_docsize`),
      ),
      what: relationshipsOutOfStep,
      fix: rebuild,
    },
    {
      sql: numbers.flatMap((no) => outOfStep(countedRows(no), keptRows(no))),
      what: 'Audiences whose memories or words are counted wrong',
      fix: rebuild,
    },
  ];
};
