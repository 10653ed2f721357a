import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { singleTenantScope } from '../../src/auth/policy.ts';
import { isAppError } from '../../src/errors.ts';
import { defaultRanking } from '../../src/search/ranking.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import { sessionTrails } from '../../src/service/session-trail.ts';
import { plainCursors } from '../../src/storage/cursor.ts';
import { guardStore } from '../../src/storage/guarded.ts';
import { tools } from '../../src/tools/registry.ts';
import { targetsInProcess } from '../conformance/targets.ts';

interface Command {
  readonly tool: string;
  readonly input: (ids: readonly string[], edges: readonly string[], at: number) => Record<string, unknown>;
  /** Milliseconds that the clock moves before the call, sometimes back. */
  readonly after: number;
}

const words = fc
  .array(
    fc.constantFrom('cache', 'timeout', 'login', 'proxy', 'readFileSync', 'naïve', '東京', 'retry', 'ERR_X_1', 'the'),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((list) => list.join(' '));
const place = fc.nat({ max: 30 });
const type = fc.constantFrom('SOLVES', 'RELATED_TO', 'DEPENDS_ON', 'CAUSES', 'BLOCKS', 'SIMILAR_TO');
const share = fc.constantFrom(0, 0.2, 0.5, 0.55, 0.9, 1);
const absent = '00000000-0000-4000-8000-00000000dead';
const idAt = (ids: readonly string[], at: number): string => ids[at % Math.max(1, ids.length)] ?? absent;

type Inputs = Command['input'];
const command = (tool: string, input: fc.Arbitrary<Inputs>): fc.Arbitrary<Command> =>
  fc.record({ tool: fc.constant(tool), input, after: fc.constantFrom(0, 1, 1_000, 3_600_000, -5_000) });

const moment = (at: number): string => new Date(at).toISOString();

const commands = fc.oneof(
  {
    weight: 6,
    arbitrary: command(
      'store_memory',
      fc
        .tuple(
          words,
          words,
          place,
          fc.option(type),
          share,
          fc.constantFrom('problem', 'solution', 'decision', 'general'),
        )
        .map(
          ([title, content, to, link, importance, kind]): Inputs =>
            (ids) => ({
              type: kind,
              title,
              content,
              importance,
              tags: title.split(' ').slice(0, 2),
              ...(link && ids.length > 0 ? { links: [{ memory_id: idAt(ids, to), type: link }] } : {}),
            }),
        ),
    ),
  },
  {
    weight: 3,
    arbitrary: command(
      'update_memory',
      fc.tuple(place, words, fc.option(fc.nat({ max: 4 }))).map(
        ([at, content, version]): Inputs =>
          (ids) => ({
            memory_id: idAt(ids, at),
            content,
            ...(version === null ? {} : { expected_version: version + 1 }),
          }),
      ),
    ),
  },
  {
    weight: 4,
    arbitrary: command(
      'create_relationship',
      fc.tuple(place, place, type, fc.option(share), fc.option(words)).map(
        ([a, b, kind, strength, why]): Inputs =>
          (ids) => ({
            from_memory_id: idAt(ids, a),
            to_memory_id: idAt(ids, b),
            relationship_type: kind,
            ...(strength === null ? {} : { strength }),
            ...(why === null ? {} : { context: `when ${why}` }),
          }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'delete_memory',
      place.map(
        (at): Inputs =>
          (ids) => ({ memory_id: idAt(ids, at) }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'restore_memory',
      place.map(
        (at): Inputs =>
          (ids) => ({ memory_id: idAt(ids, at) }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'merge_memories',
      fc.tuple(place, place, fc.boolean()).map(
        ([a, b, append]): Inputs =>
          (ids) => ({ from_memory_id: idAt(ids, a), into_memory_id: idAt(ids, b), append_content: append }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_memory_history',
      fc.tuple(place, fc.nat({ max: 4 })).map(
        ([at, version]): Inputs =>
          (ids) => ({ memory_id: idAt(ids, at), revert_to: version + 1 }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'update_relationship',
      fc.tuple(place, place, fc.option(type), fc.boolean(), share).map(
        ([at, to, kind, move, strength]): Inputs =>
          (ids, edges) => ({
            relationship_id: idAt(edges, at),
            strength,
            reason: 'learnt better',
            ...(kind === null ? {} : { relationship_type: kind }),
            ...(move ? { to_memory_id: idAt(ids, to) } : {}),
          }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'delete_relationship',
      fc.tuple(place, fc.constantFrom('invalidate', 'remove')).map(
        ([at, mode]): Inputs =>
          (_, edges) => ({ relationship_id: idAt(edges, at), mode }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_memory',
      place.map(
        (at): Inputs =>
          (ids) => ({ memory_ids: [idAt(ids, at), idAt(ids, at + 1)] }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_memory_history',
      fc.tuple(place).map(
        ([at]): Inputs =>
          (ids) => ({ memory_id: idAt(ids, at) }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'recall_memories',
      words.map(
        (query): Inputs =>
          () => ({ query }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'search_memories',
      fc.tuple(fc.option(words), fc.constantFrom('any', 'all'), fc.constantFrom('strict', 'normal', 'fuzzy')).map(
        ([query, match_mode, search_tolerance]): Inputs =>
          () => ({ match_mode, search_tolerance, ...(query === null ? { sort: 'importance' } : { query }) }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_related_memories',
      fc.tuple(place, fc.integer({ min: 1, max: 5 })).map(
        ([at, max_depth]): Inputs =>
          (ids) => ({ memory_id: idAt(ids, at), max_depth }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'find_path',
      fc.tuple(place, place).map(
        ([a, b]): Inputs =>
          (ids) => ({ from_memory_id: idAt(ids, a), to_memory_id: idAt(ids, b) }),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: command(
      'query_as_of',
      fc.tuple(fc.nat({ max: 7_200_000 }), fc.constantFrom('known', 'true')).map(
        ([ago, basis]): Inputs =>
          (_ids, _edges, at) => ({ as_of: moment(at - ago), basis, limit: 50, max_tokens: 20_000 }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'what_changed',
      fc.nat({ max: 7_200_000 }).map(
        (ago): Inputs =>
          (_ids, _edges, at) => ({ since: moment(at - ago), limit: 100, max_tokens: 20_000 }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'search_relationships_by_context',
      words.map(
        (query): Inputs =>
          () => ({ query }),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_recent_activity',
      fc.constant((): Record<string, unknown> => ({})),
    ),
  },
  {
    weight: 1,
    arbitrary: command(
      'get_memory_statistics',
      fc.constant((): Record<string, unknown> => ({})),
    ),
  },
);

/** Ids that a run gives out in turn: the same on every store. */
const numberedIds = (): (() => string) => {
  let next = 0;
  return () => {
    next += 1;
    const scattered = ((next * 2654435761) % 2 ** 32).toString(16).padStart(8, '0');
    return `${scattered}-0000-4000-8000-${next.toString(16).padStart(12, '0')}`;
  };
};

interface Table {
  readonly call: (
    tool: string,
    input: Record<string, unknown>,
  ) => Promise<{ text: string; facts: Record<string, unknown> }>;
  now: number;
}

const setTable = (store: ServiceContext['store']): Table => {
  const newId = numberedIds();
  const table: Table = {
    now: Date.UTC(2026, 10, 23, 12),
    call: async (name, input) => {
      const tool = tools.find((candidate) => candidate.name === name);
      if (!tool) throw new Error(`no tool ${name}`);
      try {
        const answer = await tool.run(tool.input.parse(input), context);
        return { text: answer.text, facts: { ...answer.structured } };
      } catch (error) {
        if (!isAppError(error)) throw error;
        return { text: `${error.code}: ${error.message}`, facts: {} };
      }
    },
  };
  const context: ServiceContext = {
    scope: singleTenantScope,
    upkeepScope: singleTenantScope,
    cursors: plainCursors,
    store,
    settings: { allowCycles: false, readOnly: false, ranking: defaultRanking },
    noteUse: () => undefined,
    trail: sessionTrails()('one', singleTenantScope),
    now: () => table.now,
    newId,
    currentProject: async () => 'github.com/acme/shop',
    resolveProject: async (text) => text,
  };
  return table;
};

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const seed = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
let played = 0;
afterAll(() => process.stderr.write(`tools on every store: seed ${seed}, ${played} commands\n`));

test('every tool answers the same on every store, to the letter', async () => {
  const targets = targetsInProcess();
  await fc.assert(
    fc.asyncProperty(fc.array(commands, { minLength: 20, maxLength: 60 }), async (script) => {
      const places = await Promise.all(targets.map((target) => target.place()));
      const stores = await Promise.all(
        places.map(async (place) => guardStore(await place.handle(), { deadlineMs: 20_000, readOnly: false })),
      );
      const tables = stores.map(setTable);
      const [ids, edges]: [string[], string[]] = [[], []];
      try {
        for (const { tool, input, after } of script) {
          for (const table of tables) table.now += after;
          const given = input(ids, edges, tables[0]?.now ?? 0);
          const [first, ...others] = await Promise.all(tables.map((table) => table.call(tool, given)));
          for (const other of others) expect(other.text, `${tool} ${JSON.stringify(given)}`).toBe(first?.text);
          played += 1;
          const { id } = first?.facts ?? {};
          if (typeof id === 'string' && tool === 'store_memory') ids.push(id);
          if (typeof id === 'string' && tool.endsWith('_relationship') && !edges.includes(id)) edges.push(id);
        }
      } finally {
        await Promise.all(stores.map((store) => store.close()));
        await Promise.all(places.map((each) => each.destroy()));
      }
    }),
    { numRuns: runs, seed },
  );
}, 300_000);
