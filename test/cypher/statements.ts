import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { falkorConnection } from '../../backends/falkordb/connection.ts';
import { falkordbDialect } from '../../backends/falkordb/dialect.ts';
import { memgraphDialect } from '../../backends/memgraph/dialect.ts';
import { schemaStatements as memgraphSchema } from '../../backends/memgraph/schema.ts';
import { neo4jDialect } from '../../backends/neo4j/dialect.ts';
import { schemaStatements as neo4jSchema } from '../../backends/neo4j/schema.ts';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { CallerScope, TenantScope } from '../../src/domain/scope.ts';
import { ada, linkedBy, ownedBy, upkeep } from '../conformance/tenants/people.ts';
import { makeMemory, makeRelationship } from '../support/builders.ts';
import { playMigration } from './migration-scenario.ts';
import { sampled } from './sampled.ts';
import { type Cast, playEverything } from './scenario.ts';

export const dialects = ['neo4j', 'memgraph', 'falkordb'] as const;
export type DialectName = (typeof dialects)[number];

export interface DumpedStatement {
  readonly dialect: DialectName;
  /** Which calls send it. */
  readonly calls: readonly string[];
  readonly text: string;
  readonly parameters: Statement['parameters'];
}

const login = { user: 'u', password: '', readOnly: false, multiTenant: false };

/** They connect with their first use, which does not come. */
const makeDialect: Readonly<Record<DialectName, () => Dialect>> = {
  neo4j: () => neo4jDialect({ ...login, uri: 'neo4j://127.0.0.1:7687', database: null }),
  memgraph: () => memgraphDialect({ ...login, uri: 'bolt://127.0.0.1:7687' }),
  falkordb: () => {
    const place = { socket: { host: '127.0.0.1', port: 6379, tls: false }, user: '', password: '' };
    const connection = falkorConnection(async () => place);
    return falkordbDialect({
      connection,
      graph: 'g',
      readOnly: false,
      multiTenant: false,
      location: '',
      durability: 'none',
    });
  },
};

const castOf = (scope: CallerScope | null): Cast => {
  const memory = (id: number, more: object = {}) =>
    scope === null ? makeMemory({ id, ...more }) : ownedBy(scope, { id, ...more });
  const link = (words: Parameters<typeof makeRelationship>[0]) =>
    scope === null ? makeRelationship(words) : linkedBy(scope, words);
  return {
    memories: [memory(1), memory(2), memory(3, { deletedAt: 1 })],
    fresh: memory(4, { summary: 'short', extra: { a: 1 } }),
    link: link({ id: 1, type: 'SOLVES' }),
    relationship: (type, id) => link({ id, type, description: 'why' }),
  };
};

const scopes: Readonly<Record<string, TenantScope>> = { 'single-tenant': singleTenantScope, member: ada, upkeep };

const schemaOf: Readonly<Record<DialectName, readonly string[]>> = {
  neo4j: neo4jSchema(true).map(({ text }) => text),
  memgraph: memgraphSchema(true),
  // Made by procedures and commands of its own language.
  falkordb: [],
};

/** Every text that is sent to a graph database, once, with parameters as they may be. */
export const everyStatement = async (): Promise<readonly DumpedStatement[]> => {
  const found = new Map<string, { statement: DumpedStatement; calls: Set<string> }>();
  const take = (dialect: DialectName, call: string, { text, parameters }: Statement): void => {
    const key = `${dialect} ${text}`;
    const known = found.get(key) ?? { statement: { dialect, calls: [], text, parameters }, calls: new Set() };
    known.calls.add(call);
    found.set(key, known);
  };
  for (const dialect of dialects) {
    for (const text of schemaOf[dialect]) take(dialect, 'schema', { text, parameters: {} });
    for (const [name, scope] of Object.entries(scopes)) {
      const cast = castOf(scope.tenant === null ? null : ada);
      const sample = { tenant: scope.tenant, memories: cast.memories, relationships: [cast.link] };
      let call = '';
      const own = sampled(makeDialect[dialect](), sample, (statement) => take(dialect, `${name}: ${call}`, statement));
      // What upkeep may not do leaves what it asked for before it was told so.
      await playEverything(own, scope, cast, (next) => {
        call = next;
      });
    }
    let step = '';
    await playMigration(
      makeDialect[dialect](),
      (statement) => take(dialect, step, statement),
      (next) => {
        step = next;
      },
    );
  }
  return [...found.values()].map(({ statement, calls }) => ({ ...statement, calls: [...calls] }));
};
