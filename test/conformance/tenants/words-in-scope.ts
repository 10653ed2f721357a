import { expect } from 'vitest';
import { scopeOf } from '../../../src/auth/policy.ts';
import type { CallerScope } from '../../../src/domain/scope.ts';
import { quantise } from '../../../src/storage/vector.ts';
import { creates, makeDocument, memoryId, replaces, trashes, wordsQuery } from '../../support/builders.ts';
import { part } from '../bm25.ts';
import { numbersOf } from '../caller.ts';
import { makeConcern } from '../concern.ts';
import type { Stage } from '../stage.ts';
import { ada, bob, cleo, isPrivate, ownedBy, twin, upkeep } from './people.ts';

const everyWord = { prefix: '', minLength: 1, maxLength: 100, limit: 100 };

const scores = async (
  stage: Stage,
  scope: CallerScope,
  words: string,
): Promise<readonly (readonly [number, number])[]> => {
  const hits = await stage.bare.search(scope, wordsQuery(words, 'any'), {}, 100);
  return hits.map(({ memory, score }) => [numbersOf([memory])[0] ?? 0, score] as const);
};

const expectScores = (
  actual: readonly (readonly [number, number])[],
  expected: readonly (readonly [number, number])[],
): void => {
  expect(actual.map(([id]) => id)).toEqual(expected.map(([id]) => id));
  for (const [index, [, score]] of actual.entries()) expect(score / (expected[index]?.[1] ?? 0)).toBeCloseTo(1, 9);
};

type Kept = readonly [id: number, words: string, context?: object];

const keepWords = (stage: Stage, by: CallerScope, ...memories: readonly Kept[]): Promise<unknown> =>
  stage
    .as(by)
    .write(
      ...memories.map(([id, content, context = {}]) =>
        creates(ownedBy(by, { id, context }), makeDocument({ content })),
      ),
    );

const audiences = [
  { visibility: 'public' },
  { visibility: 'team' },
  { visibility: 'project' },
  { visibility: 'private' },
] as const;

export const wordsInScope = makeConcern(
  'words in scope',
  {
    'names that differ in a blank are those of others': async (stage) => {
      const names = ['/p', '/p ', ' /p', '/P'];
      for (const [index, projectPath] of names.entries()) {
        await keepWords(stage, upkeep, [index + 1, 'needle', { visibility: 'project', projectPath }]);
      }
      for (const [index, project] of names.entries()) {
        const caller = scopeOf({ tenant: ada.tenant, user: 'eve', teams: [], projects: [project], role: 'member' });
        expect(
          (await scores(stage, caller, 'needle')).map(([id]) => id),
          `«${project}»`,
        ).toEqual([index + 1]);
        expect(await stage.bare.termFrequencies(caller, ['needle'])).toEqual([{ text: 'needle', frequency: 1 }]);
      }
    },

    'scores are those of the same memories alone, whatever stands beside them': async (stage) => {
      const mine = audiences.map(
        (context, index): Kept => [index + 1, ['a b', 'a', 'b c c', 'a c d e'][index] ?? '', context],
      );
      const asked = ['a', 'b', 'a b c', 'fill*'];
      const alone = await stage.elsewhere(async (other) => {
        await keepWords(other, ada, ...mine);
        return Promise.all(asked.map((words) => scores(other, ada, words)));
      });
      const crowd = Array.from({ length: 50 }, (_, index): Kept => [index + 10, 'a a a filler', isPrivate]);
      await keepWords(stage, bob, ...crowd);
      await keepWords(stage, twin, ...crowd);
      await keepWords(stage, ada, ...mine);
      for (const [index, words] of asked.entries()) expectScores(await scores(stage, ada, words), alone[index] ?? []);
      expect(await scores(stage, ada, 'a')).toHaveLength(3);
    },

    'a score is the one that the formula gives for what one reads': async (stage) => {
      await keepWords(
        stage,
        ada,
        [1, 'word'],
        [2, 'word x'],
        [3, 'y'],
        [4, 'word', isPrivate],
        [5, 'y z', { visibility: 'team' }],
      );
      expectScores(await scores(stage, cleo, 'word'), [
        [1, part(3, 2, 1, 1, 4 / 3)],
        [2, part(3, 2, 1, 2, 4 / 3)],
      ]);
      expectScores(await scores(stage, bob, 'word'), [
        [1, part(4, 2, 1, 1, 6 / 4)],
        [2, part(4, 2, 1, 2, 6 / 4)],
      ]);
      expectScores(await scores(stage, ada, 'word'), [
        [1, part(5, 3, 1, 1, 7 / 5)],
        [4, part(5, 3, 1, 1, 7 / 5)],
        [2, part(5, 3, 1, 2, 7 / 5)],
      ]);
    },

    'a word counts once for each memory that one reads, over all audiences': async (stage) => {
      await keepWords(stage, ada, ...audiences.map((context, index): Kept => [index + 1, `word w${index}`, context]));
      await keepWords(stage, twin, [1, 'word foreign']);
      const count = async (scope: CallerScope): Promise<unknown> => [
        await stage.bare.termFrequencies(scope, ['word']),
        (await stage.bare.vocabulary(scope, everyWord)).map(({ text, frequency }) => `${text} ${frequency}`),
      ];
      const seen = (frequency: number, ...words: readonly string[]): unknown => [
        [{ text: 'word', frequency }],
        [...words.map((word) => `${word} 1`), `word ${frequency}`],
      ];
      expect(await count(ada)).toEqual(seen(4, 'w0', 'w1', 'w2', 'w3'));
      expect(await count(bob)).toEqual(seen(3, 'w0', 'w1', 'w2'));
      expect(await count(cleo)).toEqual(seen(1, 'w0'));
      expect(await count(upkeep)).toEqual(seen(4, 'w0', 'w1', 'w2', 'w3'));
      expect(await count(twin)).toEqual(seen(1, 'foreign'));
    },

    'words are listed in one order and cut once, over all audiences': async (stage) => {
      await keepWords(stage, ada, [1, 'b d', isPrivate], [2, 'a c', { visibility: 'team' }], [3, 'c e']);
      const range = { ...everyWord, limit: 3 };
      const listed = await stage.bare.vocabulary(ada, range);
      expect(listed.map(({ text, frequency }) => `${text} ${frequency}`)).toEqual(['a 1', 'b 1', 'c 2']);
    },

    'the best of all audiences come first, ties by id, before the cut': async (stage) => {
      const kept = audiences.map((context, index): Kept => [4 - index, 'word', context]);
      await keepWords(stage, ada, ...kept, [9, 'word word', isPrivate], [8, 'filler'], [7, 'filler']);
      const hits = await stage.bare.search(ada, wordsQuery('word'), {}, 3);
      expect(numbersOf(hits.map(({ memory }) => memory))).toEqual([9, 1, 2]);
    },

    'a memory that finds other readers moves to them with its words': async (stage) => {
      let memory = ownedBy(ada, { title: 'word', tags: ['t'], context: isPrivate });
      await keepWords(stage, bob, [2, 'other', { visibility: 'team' }], [3, 'other thing']);
      const vector = quantise([1, 0]);
      await stage.as(ada).write(creates(memory));
      const look = async (): Promise<unknown> => {
        const seen: unknown[] = [];
        for (const scope of [ada, bob, cleo]) {
          const found = await stage.bare.search(scope, wordsQuery('word'), {}, 9);
          const { memories } = await stage.bare.statistics(scope, 9);
          const [term] = await stage.bare.termFrequencies(scope, ['word']);
          const near = await stage.bare.nearest(scope, { model: 'm', vector }, {}, 9);
          const tags = await stage.bare.facet(scope, 'tags', '', 9);
          seen.push([found.length, memories, term?.frequency ?? 0, near.length, tags.length]);
        }
        return seen;
      };
      const [yes, no] = [(memories: number) => [1, memories, 1, 1, 1], (memories: number) => [0, memories, 0, 0, 0]];
      const turns = [
        [isPrivate, [yes(3), no(2), no(1)]],
        [{ visibility: 'team' }, [yes(3), yes(3), no(1)]],
        [{ visibility: 'team', teamId: '_everyone' }, [yes(3), yes(3), yes(2)]],
        [{ visibility: 'project' }, [yes(3), yes(3), no(1)]],
        [{ visibility: 'public' }, [yes(3), yes(3), yes(2)]],
        [isPrivate, [yes(3), no(2), no(1)]],
      ] as const;
      for (const [context, expected] of turns) {
        const changes = { context: { ...memory.context, ...context } };
        await stage.as(ada).write(replaces(memory, changes, 'shared'));
        memory = { ...memory, ...changes, version: memory.version + 1 };
        await stage.as(ada).write({ op: 'set_vector', id: memory.id, version: memory.version, model: 'm', vector });
        expect(await look(), JSON.stringify(context)).toEqual(expected);
      }
    },

    'scores follow a memory to its new readers': async (stage) => {
      await keepWords(stage, ada, [1, 'word'], [2, 'x'], [3, 'word y', isPrivate]);
      expectScores(await scores(stage, bob, 'word'), [[1, part(2, 1, 1, 1, 1)]]);
      const document = makeDocument({ content: 'word y' });
      const [closed, open] = [ownedBy(ada, { id: 3, context: isPrivate }), ownedBy(ada, { id: 3 })];
      await stage.as(ada).write(replaces(closed, { context: open.context }, 'shared', document));
      expectScores(await scores(stage, bob, 'word'), [
        [1, part(3, 2, 1, 1, 4 / 3)],
        [3, part(3, 2, 1, 2, 4 / 3)],
      ]);
      await stage.as(ada).write(replaces({ ...open, version: 2 }, { context: closed.context }, 'updated', document));
      expectScores(await scores(stage, bob, 'word'), [[1, part(2, 1, 1, 1, 1)]]);
    },

    'the trash takes the words from every reader': async (stage) => {
      await keepWords(stage, ada, [1, 'word', { visibility: 'team' }], [2, 'word']);
      await stage.as(ada).write(trashes(ownedBy(ada, { id: 1, context: { visibility: 'team' } })));
      for (const scope of [ada, bob, cleo, upkeep]) {
        expect(await stage.bare.termFrequencies(scope, ['word'])).toEqual([{ text: 'word', frequency: 1 }]);
        expect(await scores(stage, scope, 'word')).toHaveLength(1);
      }
      await stage.as(upkeep).write({ op: 'purge_memory', id: memoryId(1) });
      expect(await stage.bare.termFrequencies(ada, ['word'])).toEqual([{ text: 'word', frequency: 1 }]);
    },
  },
  ['multi'],
);
