import type { Finding } from '../../src/storage/store.ts';
import type { Graphs } from './dialect.ts';
import { outcomeOf } from './faults.ts';

/** Null where this user may not ask. */
const asked = async <T>(ask: () => Promise<T>): Promise<T | null> => {
  try {
    return await ask();
  } catch (error) {
    if (outcomeOf(error) !== 'failed') throw error;
    return null;
  }
};

const pairs = (answer: unknown): ReadonlyMap<string, string> => {
  if (!Array.isArray(answer)) return new Map(Object.entries((answer ?? {}) as Record<string, string>));
  const flat = answer.flat().map(String);
  return new Map(flat.flatMap((name, place) => (place % 2 === 0 ? [[name, flat[place + 1] ?? '']] : [])));
};

const durability = (config: ReadonlyMap<string, string>): Finding => {
  const fix = 'Start the server with --appendonly yes --appendfsync always.';
  if (config.get('appendonly') !== 'yes') {
    return { severity: 'error', what: 'No append-only file: what was answered is lost with the server', fix };
  }
  return config.get('appendfsync') === 'always'
    ? { severity: 'ok', what: 'An answered write survives a power cut', fix: null }
    : {
        severity: 'warning',
        what: 'An answered write survives a killed server; a power cut may take the last second',
        fix,
      };
};

const cutAnswers: Finding = {
  severity: 'error',
  what: 'RESULTSET_SIZE is set: answers are cut without a word',
  fix: 'Run GRAPH.CONFIG SET RESULTSET_SIZE -1.',
};

const unknown: Finding = {
  severity: 'warning',
  what: 'This user may not read the settings of the server, so that its durability is not known',
  fix: 'Let it run CONFIG GET and GRAPH.CONFIG GET, or look at the settings of the server.',
};

const commands =
  '+graph.query +graph.ro_query +graph.explain +graph.list +graph.config|get +config|get +info +ping +hello +client';

/** What makes the wall between tenants one of the server as well: a user for each, who reaches the graphs of that tenant alone. */
const aclLines = ({ graph }: Graphs, tenants: readonly string[]): readonly Finding[] =>
  tenants.map((tenant) => ({
    severity: 'ok',
    what: `A user of ${tenant} alone: ACL SETUSER ${tenant} on >PASSWORD resetkeys ~${graph} ~${graph}:${tenant} ${commands}`,
    fix: null,
  }));

/** The settings that decide what an answer is worth. */
export const inspect = async (graphs: Graphs): Promise<readonly Finding[]> => {
  const { connection, graph, multiTenant } = graphs;
  const config = await asked(() => connection.command('CONFIG', 'GET', 'append*'));
  const size = await asked(() => connection.command('GRAPH.CONFIG', 'GET', 'RESULTSET_SIZE'));
  const names = multiTenant ? await connection.graphs() : [];
  const tenants = names.filter((name) => name.startsWith(`${graph}:`)).map((name) => name.slice(graph.length + 1));
  return [
    config === null ? unknown : durability(pairs(config)),
    ...(Array.isArray(size) && Number(size[1]) !== -1 ? [cutAnswers] : []),
    ...aclLines(graphs, tenants),
  ];
};
