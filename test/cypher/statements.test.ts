import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { relationshipTypes } from '../../src/domain/relationship.ts';
import { programs, skipsTools } from '../tools/installed.ts';
import { type DialectName, type DumpedStatement, dialects, everyStatement } from './statements.ts';

let statements: readonly DumpedStatement[];
beforeAll(async () => {
  statements = await everyStatement();
});

const of = (dialect: DialectName): readonly DumpedStatement[] => statements.filter((each) => each.dialect === dialect);

const withoutTexts = (text: string): string => text.replace(/'[^']*'/g, "''");

describe.each(dialects)('the statements of %s', (dialect) => {
  test('are those of every call, and write every type of relationship', () => {
    const calls = (name: DialectName): ReadonlySet<string> => new Set(of(name).flatMap((each) => each.calls));
    const own = calls(dialect);
    expect(own.size).toBeGreaterThan(200);
    expect([...calls('neo4j')].filter((call) => call !== 'schema' && !own.has(call))).toEqual([]);
    const texts = of(dialect).map(({ text }) => text);
    for (const type of relationshipTypes) {
      expect(
        texts.some((text) => text.includes(`MERGE (a)-[e:${type} {key: row.key}]->(b)`)),
        type,
      ).toBe(true);
    }
  });

  test('name the parameters that they get, and no others', () => {
    for (const { text, parameters } of of(dialect)) {
      const named = new Set([...withoutTexts(text).matchAll(/\$(\w+)/g)].map(([, name]) => name));
      expect(
        [...named].filter((name) => !(String(name) in parameters)),
        text,
      ).toEqual([]);
    }
  });

  test('answer with named values, never with a node or an edge', () => {
    for (const { text } of of(dialect)) {
      const [, columns] =
        /\bRETURN (?:DISTINCT )?([\s\S]*?)(?: ORDER BY| LIMIT| UNION|$)/.exec(text.replace(/\s+/g, ' ')) ?? [];
      if (columns === undefined) continue;
      expect(
        columns
          .replace(/\([^()]*\)|\[[^[\]]*\]/g, 'x')
          .split(',')
          .filter((column) => !/ AS \w+$/.test(column.trim())),
        text,
      ).toEqual([]);
    }
  });
});

/** What a database refuses, or answers wrongly, whatever its planner makes of the rest. */
const forbidden: Readonly<Record<DialectName, readonly RegExp[]>> = {
  neo4j: [/(?<![\w.])id\(/, /\bexists\(\(/, /\bapoc\./],
  memgraph: [
    /\b(?:EXISTS|COUNT|COLLECT)\s*\{/,
    /\bCALL\s*[({]/,
    /\bIN TRANSACTIONS\b/,
    /\bshortestPath\(/,
    /\bUSING INDEX\b/,
    /\|\|/,
    // A pattern inside an expression gives wrong rows there.
    /\[\s*\(\w*\)\s*<?-/,
    /search(?:_all)?\('\w+', \w+, /,
  ],
  falkordb: [
    /\b(?:EXISTS|COUNT|COLLECT)\s*\{/,
    /\bCALL\s*\(/,
    /=~/,
    /\belementId\(|\bvalueType\(|\bdatetime\(/,
    /\(\w*:\w+\|\w+\)/,
    /\[\s*\(\w*\)\s*<?-/,
    // A first OPTIONAL MATCH followed by a look for nothing finds something.
    /^OPTIONAL MATCH/,
    // It compares with what stood before the statement.
    /\bSET (\w+)\.(\w+) = [\s\S]*?\bWHERE \1\.\2\b/,
    // Filtered before the cut.
    /\bLIMIT [$\w]+ WHERE\b/,
  ],
};

describe.each(dialects)('on %s', (dialect) => {
  test('nothing is said that it refuses or answers wrongly', () => {
    for (const { text } of of(dialect)) {
      for (const pattern of forbidden[dialect]) expect(withoutTexts(text), String(pattern)).not.toMatch(pattern);
    }
  });
});

interface Linter {
  readonly lintCypherQuery: (
    text: string,
    schema: { readonly parameters: object },
  ) => { readonly diagnostics: readonly { readonly message: string }[] };
}

describe.skipIf(skipsTools)('Neo4j’s own linter', () => {
  test.each(['CYPHER 5', 'CYPHER 25'])('takes every statement as %s', { timeout: 300_000 }, (version) => {
    const { lintCypherQuery } = createRequire(programs.cypherLinter)(programs.cypherLinter) as Linter;
    expect(lintCypherQuery(`${version} MATCH (m) RETURN x`, { parameters: {} }).diagnostics).not.toEqual([]);
    const schema = /^CREATE /;
    const faults = of('neo4j').flatMap(({ text, parameters }) =>
      lintCypherQuery(schema.test(text) ? text : `${version} ${text}`, { parameters }).diagnostics.map(
        ({ message }) => `${message}: ${text}`,
      ),
    );
    expect(faults).toEqual([]);
  });
});
