import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { keyOf } from '../../backends/cypher/keys.ts';
import { memoryProperties, relationshipProperties } from '../../backends/cypher/records.ts';
import type { Row } from '../../backends/cypher/values.ts';
import type { Memory } from '../../src/domain/memory.ts';
import type { Relationship } from '../../src/domain/relationship.ts';

/** What samples are made of: a database is not needed to see what would be asked of one. */
export interface Sample {
  readonly tenant: Parameters<typeof keyOf>[0];
  readonly memories: readonly Memory[];
  readonly relationships: readonly Relationship[];
}

const plain = (properties: object): Row =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && 'value' in value ? value.value : value,
    ]),
  );

const keysOf = ({ parameters }: Statement): readonly unknown[] =>
  [parameters.keys, parameters.f_ids].flatMap((keys) => (Array.isArray(keys) ? keys : []));

/** As much of an answer as the code needs in order to go on to its next statement. */
const answerTo = (statement: Statement, { tenant, memories, relationships }: Sample): readonly Row[] => {
  const { text } = statement;
  const keys = keysOf(statement);
  const asked = <T extends { readonly id: string }>(records: readonly T[]): readonly T[] =>
    records.filter(({ id }) => keys.includes(keyOf(tenant, id)));
  if (text.startsWith('MATCH (h:Head')) return [{ record: { revision: 0, seq: 0, operations: [] } }];
  if (text.includes('MERGE (s:State')) return [{ value: 'AAAA' }];
  if (text.includes('RETURN true AS done')) return [{ done: true }];
  if (text.includes('AS fields')) return [];
  if (text.includes(':Audience {key: k}')) return [{ memories: 9, tokens: 99 }];
  if (text.includes('RETURN c.audience AS audience')) return [{ audience: 'public' }];
  if (text.includes('(w:Word)') && text.includes('AS key')) return [{ key: 'mren0' }];
  if (text.includes('RETURN q AS q')) return (statement.parameters.queries as string[]).map((q) => ({ q, n: 5_000 }));
  if (text.includes('AS hops')) return [];
  if (/MATCH \((?:n|r):Relationship \{(?:key|from_key|to_key|live_key): k\}\)/.test(text)) {
    return asked(relationships).map((edge) => ({
      record: plain(relationshipProperties(edge)),
      source: ['problem', 'a'],
      target: ['solution', 'b'],
    }));
  }
  if (/MATCH \([nm]:Memory \{key: k\}\)/.test(text) && text.includes('AS record')) {
    return asked(memories).map((memory) => ({
      record: { ...plain(memoryProperties(memory)), text: 'memory0', length: 1 },
    }));
  }
  return [];
};

/** A dialect with its own words, whose questions are written down and answered from the sample. */
export const sampled = (dialect: Dialect, sample: Sample, into: (statement: Statement) => void): Dialect => {
  const answer = async (statement: Statement): Promise<readonly Row[]> => {
    into(statement);
    return answerTo(statement, sample);
  };
  const own: Dialect = {
    ...dialect,
    open: async () => {},
    close: async () => {},
    read: answer,
    write: answer,
    inspect: async () => [],
  };
  return { ...own, ...(dialect.partOf === undefined ? {} : { partOf: () => own, parts: async () => [own] }) };
};
