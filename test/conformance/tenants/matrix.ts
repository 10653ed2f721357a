import { expect } from 'vitest';
import { singleTenantScope } from '../../../src/auth/policy.ts';
import type { CallerScope, TenantScope } from '../../../src/domain/scope.ts';
import type { WriteOperation } from '../../../src/storage/batch.ts';
import type { GraphStore } from '../../../src/storage/store.ts';
import { quantise } from '../../../src/storage/vector.ts';
import { batchOf, creates, day, memoryId, relates, replaces, reshapes, trashes } from '../../support/builders.ts';
import { makeConcern } from '../concern.ts';
import { outcomeOf } from '../outcome.ts';
import type { Stage } from '../stage.ts';
import { ada, bob, isPrivate, linkedBy, ownedBy, twin } from './people.ts';
import { questions } from './questions.ts';

const embeds = (id: number, components: readonly number[]): WriteOperation => ({
  op: 'set_vector',
  id: memoryId(id),
  version: 1,
  model: 'small',
  vector: quantise(components),
});

const remembers = (key: string, fingerprint: string): WriteOperation => ({
  op: 'remember_key',
  key,
  record: { fingerprint, answer: { fingerprint }, at: day(1) },
});

/** What ada has: memories 1 to 6 with every visibility, one of them in the trash, and links 1 to 3. */
const furnish = async (stage: Stage): Promise<void> => {
  const titles = ['alpha', 'alpha beta', 'beta', 'alpha alpha', 'gamma', 'delta'];
  const audiences = ['public', 'team', 'project', 'private', 'public', 'public'] as const;
  const memories = audiences.map((visibility, index) =>
    ownedBy(ada, {
      id: index + 1,
      title: titles[index] ?? '',
      type: index % 2 === 0 ? 'fix' : 'error',
      tags: index < 3 ? ['red', 'sand'] : ['blue'],
      createdAt: day(1) + index,
      context: { visibility, languages: ['Go'] },
    }),
  );
  const caller = stage.as(ada);
  await caller.keep(...memories);
  await caller.write(
    relates(linkedBy(ada, { id: 1, from: 1, to: 2, type: 'CAUSES', strength: 0.4 }), 'alpha reason'),
    relates(linkedBy(ada, { id: 2, from: 2, to: 3, strength: 0.3 }), 'beta alpha'),
    relates(linkedBy(ada, { id: 3, from: 3, to: 4, type: 'SOLVES', strength: 0.2, validUntil: day(1) }), 'gone'),
    ...memories.slice(4, 5).map((memory) => trashes(memory)),
    embeds(1, [1, 2, 2]),
    embeds(2, [3, 1, 0]),
    embeds(4, [1, 0, 0]),
    remembers('key', 'of ada'),
    { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
    { op: 'count_usage', ids: [memoryId(1)], at: day(2) },
  );
};

/** The same words, tags and projects as ada's, linked to hers where that can be. */
const crowd = (by: CallerScope, first: number, context: object): readonly WriteOperation[] => {
  const memories = Array.from({ length: 6 }, (_, index) =>
    ownedBy(by, {
      id: first + index,
      title: 'alpha beta secret',
      type: 'fix',
      tags: ['red', 'sand', 'secret'],
      createdAt: day(1) + index,
      context: { languages: ['Go', 'Secret'], frameworks: ['Secret'], ...context },
    }),
  );
  return [
    ...memories.map((memory) => creates(memory)),
    ...[0, 1, 2, 3].map((index) => embeds(first + index, [1, 2, 3])),
    relates(linkedBy(by, { id: 20, from: first, to: first + 1, type: 'CAUSES', strength: 1 }), 'alpha secret'),
    relates(linkedBy(by, { id: 22, from: first + 1, to: first + 3, strength: 1 }), 'alpha beta'),
    ...memories.slice(1, 2).map((memory) => replaces(memory, { title: 'secret' })),
    ...memories.slice(2, 3).map((memory) => trashes(memory)),
    { op: 'count_usage', ids: [memoryId(first), memoryId(first + 1)], at: day(4) },
    remembers('key', `of ${by.user} in ${by.tenant}`),
    remembers('theirs', 'theirs'),
  ];
};

interface Neighbour {
  readonly who: CallerScope;
  /** What all users of a tenant share. */
  readonly shared: readonly (keyof GraphStore)[];
  before(stage: Stage): Promise<unknown>;
  after(stage: Stage): Promise<unknown>;
}

const link21 = linkedBy(bob, { id: 21, from: 8, to: 1, type: 'CAUSES', strength: 1 });

const neighbours: Readonly<Record<string, Neighbour>> = {
  'another tenant': {
    who: twin,
    shared: [],
    before: (stage) => stage.bare.write(twin, batchOf(crowd(twin, 1, isPrivate), { at: day(20) })),
    after: async (stage) => {
      const edge = linkedBy(twin, { id: 21, from: 8, to: 1, type: 'CAUSES', strength: 1 });
      await stage
        .as(twin)
        .write(
          creates(ownedBy(twin, { id: 8, title: 'alpha secret' })),
          relates(edge, 'alpha'),
          { op: 'expect_revision', guard: 'acyclic_graph', revision: 0 },
          { op: 'expect_revision', guard: 'acyclic_graph', revision: 1 },
          { op: 'set_index_state', state: { version: 9, through: memoryId(8) } },
        );
    },
  },
  'what is hidden in one’s own tenant': {
    who: bob,
    shared: ['indexState', 'guardRevision'],
    before: (stage) => stage.as(bob).write(...crowd(bob, 7, isPrivate)),
    after: async (stage) => {
      const caller = stage.as(bob);
      await caller.write(relates(link21, 'alpha'), relates(linkedBy(bob, { id: 23, from: 1, to: 7 }), 'alpha'));
      await caller.write(reshapes(link21, { strength: 0.9 }, 'reinforced', 'alpha'));
    },
  },
};

/** The numbers of the log are those of the tenant; scores, which are added up in any order, agree to nine digits. */
const normalised = (answers: readonly unknown[], by: Neighbour): unknown =>
  JSON.parse(
    JSON.stringify(answers, (key, value: unknown) => {
      if (key === 'score') return Number((value as number).toPrecision(9));
      return key === 'seq' && by.who.tenant === ada.tenant ? undefined : value;
    }),
  );

const askAll = async (method: keyof GraphStore, store: GraphStore, scope: TenantScope): Promise<readonly unknown[]> => {
  const answers: unknown[] = [];
  for (const question of questions[method]) answers.push(await outcomeOf(question(store, scope)));
  return answers;
};

const methods = Object.keys(questions) as (keyof GraphStore)[];

const reads = methods.filter((method) => method !== 'write');

/** One after the other, since the questions of some methods write. */
const answersTo = async (
  asked: readonly (keyof GraphStore)[],
  store: GraphStore,
): Promise<ReadonlyMap<keyof GraphStore, readonly unknown[]>> => {
  const answers = new Map<keyof GraphStore, readonly unknown[]>();
  for (const method of asked) answers.set(method, await askAll(method, store, ada));
  return answers;
};

/** The answers are those of a store where the neighbour never wrote, and the neighbour itself has others. */
const tellsNothing = async (
  stage: Stage,
  neighbour: Neighbour,
  asked: readonly (keyof GraphStore)[],
): Promise<void> => {
  const alone = await stage.elsewhere(async (other) => {
    await furnish(other);
    return answersTo(asked, other.bare);
  });
  await neighbour.before(stage);
  await furnish(stage);
  await neighbour.after(stage);
  for (const method of asked) {
    const expected = normalised(alone.get(method) ?? [], neighbour);
    const actual = normalised(await askAll(method, stage.bare, ada), neighbour);
    expect(actual, method).toEqual(expected);
    if (neighbour.shared.includes(method)) continue;
    const theirs = normalised(await askAll(method, stage.bare, neighbour.who), neighbour);
    expect(theirs, `${method} has something to tell`).not.toEqual(actual);
  }
};

export const matrix = makeConcern(
  'every method keeps to its scope',
  Object.fromEntries(
    Object.entries(neighbours).flatMap(([name, neighbour]) => [
      [`no read tells anything of ${name}`, (stage: Stage) => tellsNothing(stage, neighbour, reads)],
      [`no write tells anything of ${name}`, (stage: Stage) => tellsNothing(stage, neighbour, ['write'])],
    ]),
  ),
  ['multi'],
);

export const scopeOfMode = makeConcern('scopes of the other mode', {
  'every method refuses a scope of the other mode': async (stage) => {
    const wrong = stage.mode === 'single' ? ada : singleTenantScope;
    for (const method of methods) {
      const answers = await askAll(method, stage.bare, wrong);
      expect(answers, method).toEqual(answers.map(() => ({ refused: 'scope_required', details: {} })));
    }
    expect(await stage.matching({ state: 'any' })).toEqual([]);
  },
});
