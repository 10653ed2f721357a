import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { renewIndex } from '../../src/service/renew-index.ts';
import type { Backend } from '../../src/storage/store.ts';
import { tools } from '../../src/tools/registry.ts';
import type { Target } from '../conformance/target.ts';
import { reachableTargets, shareOfRuns, targetsInProcess } from '../conformance/targets.ts';
import { Lots } from './drawn.ts';
import { numberedIds, type Person, Street, shop, type Who } from './people-over-mcp.ts';
import { type Habits, minute, SeededRun } from './seeded-run.ts';

const noon = Date.UTC(2026, 10, 23, 12);
const [runs, runsInTenant, steps] = [50, 20, 24];

const others = ['beta', 'Alpha', 'alph', 'gamma'];
const markerOf = (tenant: string): string => `canary${others.indexOf(tenant) + 2}x`;

/** Cursors are sealed with a key of the store; their length is all that they tell. */
const sealed = (line: string): string =>
  line.replace(
    /(cursor(?: for later)?[\\": ]{1,6})([\w-]{30,})/gi,
    (_, name: string, cursor: string) => `${name}[${cursor.length}]`,
  );

/** Who reads a memory that is shared with others counts as its use, which all of its readers see. */
const unused = (line: string): string =>
  sealed(line)
    .replace(/\\n- (?:usage_count|last_accessed): [^\\]+/g, '')
    .replace(/\\?"(?:usage_count|last_accessed)\\?":(?:\\?")?[\w:.-]+(?:\\?")?,/g, '')
    .replace(/(?:usage_count|last_accessed): [\w:.-]+; /g, '')
    .replace(/"sha256":"\w+"/, '');

/** The first answers that differ, cut to where they do. */
const differences = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const at = one.findIndex((line, index) => line !== other[index]);
  if (at === -1) return one.length === other.length ? [] : [`${one.length} and ${other.length} answers`];
  const [left = '', right = ''] = [one[at], other[at]];
  const from = Math.max(0, [...left].findIndex((sign, index) => sign !== right[index]) - 80);
  return [left, right].map((line) => `answer ${at}: ${line.slice(from, from + 300)}`);
};

/** What was written and is not answered yet. */
const writing = new Set<Promise<unknown>>();

const watchWrites = (backend: Backend): Backend => {
  const write = backend.write.bind(backend);
  backend.write = (scope, batch) => {
    const written = write(scope, batch);
    const settled: Promise<boolean> = written.then(
      () => writing.delete(settled),
      () => writing.delete(settled),
    );
    writing.add(settled);
    return written;
  };
  return backend;
};

const settle = async (): Promise<void> => {
  // Usage is counted a second after an answer.
  await vi.advanceTimersByTimeAsync(1_000);
  do {
    await Promise.all(writing);
    await new Promise((done) => setImmediate(done));
  } while (writing.size > 0);
};

type Cast = (street: Street, seed: number, heroes: SeededRun) => Promise<readonly SeededRun[]>;

/** The two people whose answers are compared: the same ids and the same clock in every run. */
const heroes = async (street: Street, seed: number): Promise<SeededRun> => {
  const clock = { now: noon };
  const somebody = (user: string, teams: readonly string[], family: number): Promise<Person> =>
    street.person({ tenant: 'alpha', user, teams }, { now: () => clock.now, newId: numberedIds(family) });
  const people = [await somebody('ann', ['red'], 1), await somebody('bob', [], 2)];
  return new SeededRun(people, seed, markerOf('alpha'), clock);
};

const extra = async (street: Street, who: Who, seed: number, family: number, ahead: number, habits?: Habits) => {
  const clock = { now: noon + ahead };
  const person = await street.person(who, { now: () => clock.now, newId: numberedIds(family) });
  return new SeededRun([person], seed, markerOf(who.tenant), clock, habits);
};

/** Users of the same name, with the same teams, projects and ids, whose clocks are far off. */
const fourTenants: Cast = (street, seed) =>
  Promise.all(
    others.map((tenant, index) =>
      extra(
        street,
        { tenant, user: 'ann', teams: ['red'], projects: [shop] },
        seed + index,
        1,
        (index - 1) * 900 * minute,
      ),
    ),
  );

const behind = -10_000 * minute;

/**
 * Somebody of the same tenant and project who keeps everything to himself, and somebody of another team. Both link what is theirs to what
 * they read of the others. Their clocks are behind: one log
 * has one order, in which a clock that is ahead is felt by all of its tenant.
 */
const twoColleagues: Cast = async (street, seed, heroes) => {
  const alsoKnown = (): readonly string[] => heroes.memories;
  const colleague = (
    user: string,
    teams: readonly string[],
    family: number,
    audience: NonNullable<Habits['audience']>,
  ) => extra(street, { tenant: 'alpha', user, teams }, seed + family, family, behind, { audience, alsoKnown });
  return [
    await colleague('cid', ['red'], 3, { visibility: 'private' }),
    await colleague('dee', ['blue'], 4, { visibility: 'team', team_id: 'blue' }),
  ];
};

interface Played {
  readonly heard: readonly string[];
  /** What the others heard. */
  readonly overheard: readonly string[];
}

type Inspect = (runs: readonly SeededRun[]) => Promise<void>;

const play = async (target: Target, seed: number, cast: Cast | null, inspect?: Inspect): Promise<Played> => {
  const street = await Street.open(target, watchWrites);
  try {
    const run = await heroes(street, seed);
    const crowd = cast === null ? [] : await cast(street, seed * 1_000, run);
    const lots = new Lots(seed);
    for (let step = 0; step < steps; step += 1) {
      if (crowd.length > 0) for (const other of [lots.pick(crowd), lots.pick(crowd)]) await other.step();
      await run.step();
      if (step % 8 === 7) await settle();
    }
    await run.exports();
    for (const other of crowd) await other.exports();
    await inspect?.([run, ...crowd]);
    const linesOf = (one: SeededRun): readonly string[] => one.people.flatMap(({ heard }) => heard);
    return { heard: linesOf(run), overheard: crowd.flatMap(linesOf) };
  } finally {
    await street.close();
  }
};

/** Every word of the index with the number of memories that hold it, as each of these people sees it. */
const wordsSeen = async (runs: readonly SeededRun[]): Promise<readonly unknown[]> =>
  Promise.all(
    runs
      .flatMap(({ people }) => people)
      .map(async ({ app }) => {
        const { store, scope } = await app.contextFor();
        return store.vocabulary(scope, { prefix: '', minLength: 1, maxLength: 100, limit: 10_000 });
      }),
  );

const inProcess = targetsInProcess('multi');
/** Stores in this process share the seeds among them; one on a server plays the first of them. */
const seedsOf = (target: Target, count: number): readonly number[] => {
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  const place = inProcess.indexOf(target);
  if (place === -1) return seeds.slice(0, Math.ceil(count * shareOfRuns(target)));
  return seeds.filter((seed) => seed % inProcess.length === place);
};

for (const target of await reachableTargets('multi')) {
  describe(`one tenant on ${target.name}`, { timeout: 900_000 }, () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test('is answered the same alone and among four busy ones, and no text crosses over', async () => {
      for (const seed of seedsOf(target, runs)) {
        const alone = await play(target, seed, null);
        const among = await play(target, seed, fourTenants);
        expect(differences(alone.heard.map(sealed), among.heard.map(sealed)), `seed ${seed}`).toEqual([]);
        const foreign = others.map(markerOf);
        expect(among.heard.filter((line) => foreign.some((marker) => line.includes(marker)))).toEqual([]);
        expect(among.overheard.filter((line) => line.includes(markerOf('alpha')))).toEqual([]);
        expect(among.overheard.length).toBeGreaterThan(steps);
      }
    });

    test('keeps the words that its index would have if it were made anew', async () => {
      for (const seed of seedsOf(target, runsInTenant)) {
        await play(target, seed, twoColleagues, async (runs) => {
          const kept = await wordsSeen(runs);
          const [ann] = runs[0]?.people ?? [];
          if (ann !== undefined) await renewIndex(await ann.app.contextFor(), () => undefined);
          expect(kept, `seed ${seed}`).toEqual(await wordsSeen(runs));
          expect(JSON.stringify(kept).length).toBeGreaterThan(1_000);
        });
      }
    });

    test('tells nobody what colleagues keep from him', async () => {
      for (const seed of seedsOf(target, runsInTenant)) {
        const alone = await play(target, seed, null);
        const among = await play(target, seed, twoColleagues);
        expect(differences(alone.heard.map(unused), among.heard.map(unused)), `seed ${seed}`).toEqual([]);
      }
    });
  });
}

test('the runs call every tool', () => {
  const run = new SeededRun([], 1, '', { now: 0 });
  expect([...run.tools].sort()).toEqual(tools.map(({ name }) => name).sort());
});
