import { audiencesOf } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Corpus } from '../../src/storage/bm25.ts';
import type { Dialect } from './dialect.ts';
import { audienceMark, namedKey } from './keys.ts';

/** What a scope may search: the marks that its tokens begin with, and how much there is behind them. */
export interface SearchedPart {
  readonly marks: readonly string[];
  readonly corpus: Corpus;
}

const audiencesThere = async (dialect: Dialect, tenant: string): Promise<readonly string[]> => {
  const rows = await dialect.read({
    text: 'MATCH (c:Audience {tenant: $tenant}) RETURN c.audience AS audience',
    parameters: { tenant },
  });
  return rows.map(({ audience }) => String(audience));
};

export const searchedPart = async (dialect: Dialect, scope: TenantScope): Promise<SearchedPart> => {
  const { tenant } = scope;
  const audiences = audiencesOf(scope) ?? (tenant === null ? [''] : await audiencesThere(dialect, tenant));
  const rows = await dialect.read({
    text: 'UNWIND $keys AS k MATCH (c:Audience {key: k}) RETURN c.audience AS audience, c.memories AS memories, c.tokens AS tokens',
    parameters: { keys: audiences.map((audience) => namedKey(tenant, audience)) },
  });
  // An audience without memories need not be asked for.
  const there = rows.filter(({ memories }) => Number(memories) > 0);
  return {
    marks: there.map(({ audience }) => audienceMark(tenant, String(audience))),
    corpus: {
      documents: there.reduce((sum, { memories }) => sum + Number(memories), 0),
      tokens: there.reduce((sum, { tokens }) => sum + Number(tokens), 0),
    },
  };
};
