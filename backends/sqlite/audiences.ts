import { audienceOf, audiencesOf, type Ownership } from '../../src/domain/access.ts';
import type { CallerScope } from '../../src/domain/scope.ts';
import type { Corpus } from '../../src/storage/bm25.ts';
import { inList, listParameter } from './access.ts';
import type { Cell, Connection } from './connection.ts';

/**
 * Memories of one audience have the same readers. Each has a number in its tenant, and the key of a row of the tenant's text begins
 * with it: a search in scope leaves out the rest by the key alone, and counts words audience by audience.
 */
export const audiencesSql = `CREATE TABLE audience (
  tenant_id TEXT NOT NULL,
  audience TEXT NOT NULL,
  no INTEGER NOT NULL,
  memories INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, audience)
) STRICT, WITHOUT ROWID;
`;

/** The key in the tenant's text of the audience and the row of a memory, in this order; integers, so that none is cut as a fraction. */
export const textRow = '(? << 32) | ?';
/** What two such keys tell. */
export const audienceOfRow = (row: string): string => `(${row} >> 32)`;
export const memoryOfRow = (row: string): string => `(${row} & 4294967295)`;

/** Empty where nobody reads it. */
export const audienceText = (memory: Ownership): string => audienceOf(memory) ?? '';

const countSql = `UPDATE audience SET memories = memories + ?, tokens = tokens + ?
  WHERE tenant_id = ? AND audience = ? RETURNING no`;
const beginSql = `INSERT INTO audience (tenant_id, audience, no, memories, tokens)
  VALUES (?, ?, (SELECT 1 + coalesce(max(no), 0) FROM audience WHERE tenant_id = ?), 0, 0)`;

/** Counts memories and tokens in or, below zero, out; answers with the number of the audience. */
export const countIn = (
  connection: Connection,
  tenant: string,
  audience: string,
  { documents, tokens }: Corpus,
): number => {
  const count = (): number | undefined =>
    connection.row<[number]>(countSql, [documents, tokens, tenant, audience])?.[0];
  const there = count();
  if (there !== undefined) return there;
  connection.run(beginSql, [tenant, audience, tenant]);
  return count() as number;
};

export const audienceNo = (connection: Connection, tenant: string, audience: string): number | null =>
  connection.row<[number]>('SELECT no FROM audience WHERE tenant_id = ? AND audience = ?', [tenant, audience])?.[0] ??
  null;

/** The part of a tenant's text that a scope may read. */
export interface TextPart {
  /** It is all of it, so that the numbers of the text index are those of the scope. */
  readonly whole: boolean;
  /** Numbers of the audiences, for `inList`. */
  readonly numbers: string;
  readonly inScope: Corpus;
  readonly ofTenant: Corpus;
}

const partSql = `SELECT coalesce(sum(memories), 0), coalesce(sum(tokens), 0),
    coalesce(sum(memories) FILTER (WHERE seen), 0), coalesce(sum(tokens) FILTER (WHERE seen), 0),
    json_group_array(no) FILTER (WHERE seen)
  FROM (SELECT memories, tokens, no, ? OR audience IN ${inList} AS seen FROM audience WHERE tenant_id = ? AND memories > 0)`;

const asked = new WeakMap<CallerScope, readonly Cell[]>();

const partParams = (scope: CallerScope): readonly Cell[] => {
  const there = asked.get(scope);
  if (there !== undefined) return there;
  const audiences = audiencesOf(scope);
  const params = [audiences === null ? 1 : 0, listParameter(audiences ?? []), scope.tenant];
  asked.set(scope, params);
  return params;
};

type PartRow = [memories: number, tokens: number, seenMemories: number, seenTokens: number, numbers: string];

export const textPart = (connection: Connection, scope: CallerScope): TextPart => {
  const [memories, tokens, seenMemories, seenTokens, numbers] = connection.row<PartRow>(partSql, partParams(scope)) ?? [
    0,
    0,
    0,
    0,
    '[]',
  ];
  return {
    whole: seenMemories === memories,
    numbers,
    inScope: { documents: seenMemories, tokens: seenTokens },
    ofTenant: { documents: memories, tokens },
  };
};
