import { audiencesOf } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Corpus } from '../../src/storage/bm25.ts';
import type { Dialect } from './dialect.ts';
import { audienceMark, namedKey } from './keys.ts';

/** An audience that a scope may search, and the mark that its tokens begin with. */
export interface MarkedAudience {
  readonly key: string;
  readonly mark: string;
}

const audiencesThere = async (dialect: Dialect, tenant: string): Promise<readonly string[]> => {
  const rows = await dialect.read({
    text: 'MATCH (c:Audience {tenant: $tenant}) RETURN c.audience AS audience',
    parameters: { tenant },
  });
  return rows.map(({ audience }) => String(audience));
};

/** Asks the server only for a scope that reads the whole of a tenant. */
export const markedAudiences = async (dialect: Dialect, scope: TenantScope): Promise<readonly MarkedAudience[]> => {
  const { tenant } = scope;
  const audiences = audiencesOf(scope) ?? (tenant === null ? [''] : await audiencesThere(dialect, tenant));
  return audiences.map((audience) => ({ key: namedKey(tenant, audience), mark: audienceMark(tenant, audience) }));
};

/** How much there is behind these marks. */
export const corpusOf = async (dialect: Dialect, audiences: readonly MarkedAudience[]): Promise<Corpus> => {
  const [row] = await dialect.read({
    text: 'UNWIND $audience_keys AS k MATCH (c:Audience {key: k}) RETURN sum(c.memories) AS memories, sum(c.tokens) AS tokens',
    parameters: { audience_keys: audiences.map(({ key }) => key) },
  });
  return { documents: Number(row?.memories ?? 0), tokens: Number(row?.tokens ?? 0) };
};

export const marksOf = (audiences: readonly MarkedAudience[]): readonly string[] => audiences.map(({ mark }) => mark);
