import fc from 'fast-check';
import type { JsonObject } from '../../src/domain/memory.ts';
import { memoryTypes } from '../../src/domain/memory.ts';
import type { ChangeKind } from '../../src/storage/query.ts';
import { treacherousTexts } from '../conformance/treacherous-texts.ts';
import { day } from '../support/builders.ts';

export type ValueOf<A> = A extends fc.Arbitrary<infer V> ? V : never;

/** A small world, so that commands meet: each number is an id, and one more than these is of nothing. */
export const memoryCount = 12;
export const relationshipCount = 40;
export const memoryNumber = fc.integer({ min: 1, max: memoryCount + 1 });
export const relationshipNumber = fc.integer({ min: 1, max: relationshipCount + 1 });
/** Likely to be there. */
const furnishedRelationship = fc.integer({ min: 1, max: 24 });
export const relationTypes = fc.constantFrom('SOLVES', 'CAUSES', 'DEPENDS_ON', 'SIMILAR_TO', 'WORKS_WITH' as const);

export const text = fc.oneof(
  fc.constantFrom('', 'a', 'A', 'b', 'ä', '/p', '/P'),
  fc.constantFrom(...treacherousTexts),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
export const fraction = fc.oneof(
  fc.constantFrom(0, 0.3, 0.1 + 0.2, 0.5, 1),
  fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
);
export const moment = fc.integer({ min: 0, max: 6 }).map((number) => day(number));
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength });
const set = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<T[]> =>
  fc.uniqueArray(arbitrary, { maxLength });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 2 });
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const json: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor')), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

const vocabulary = [
  'alp',
  'alpha',
  'alphabet',
  'beta',
  'c++',
  'and',
  '"',
  "it's",
  '*',
  '%',
  'a-b',
  'größe',
  '漢字',
  '漢',
  '😀',
];
export const word = fc.constantFrom(...vocabulary);
const words = few(word, 4);
/** A word with its place in a reason. */
export const placed = word.map((each) => `has=${each}`);
const reason = few(fc.oneof(word, placed), 5);
export const document = fc.record({ title: words, tags: words, content: words, identifiers: words, context: words });

export const tag = fc.constantFrom('a', 'b', 'ab', 'ä', '%', 'x_y');
export const project = fc.constantFrom('', '/p', '/P', '/p/q', '漢%');
export const language = fc.constantFrom('Go', 'go', 'GO ', 'C', 'Ä', 'ä');
export const memoryType = fc.constantFrom(...memoryTypes);

export const memoryShape = fc.record({
  type: memoryType,
  title: text,
  content: text,
  summary: maybe(text),
  tags: set(tag),
  importance: fraction,
  confidence: fraction,
  effectiveness: maybe(fraction),
  createdAt: moment,
  updatedAt: moment,
  deletedAt: rarely(moment),
  mergedInto: rarely(memoryNumber),
  updatedBy: maybe(text),
  extra: maybe(json),
  context: fc.record({
    projectPath: maybe(project),
    filesInvolved: few(text),
    languages: set(language),
    frameworks: set(language),
    gitBranch: maybe(text),
    timestamp: maybe(moment),
    additionalMetadata: maybe(json),
  }),
});

export const relationshipShape = fc.record({
  type: relationTypes,
  strength: fraction,
  confidence: fraction,
  description: maybe(text),
  context: maybe(fc.record({ text: maybe(text), conditions: few(text), evidence: few(text) })),
  bidirectional: fc.boolean(),
  evidenceCount: fc.nat(5),
  successRate: maybe(fraction),
  validUntil: rarely(moment),
  removedAt: rarely(moment),
  origin: fc.constantFrom('stated', 'automatic' as const),
  extra: maybe(json),
});

const changeKind = fc.constantFrom<ChangeKind>('updated', 'deleted', 'restored', 'merged', 'superseded');
export const note = fc.record({ kind: changeKind, reason: maybe(text) });
/** How far the writer's idea of a version is off; mostly it is right. */
const off = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, -1, 1);
const key = fc.constantFrom('k', 'K', '%', 'é');
export const model = fc.constantFrom('m', 'M');
export const components = fc.oneof(
  { weight: 9, arbitrary: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 2 }) },
);

const create = fc.record({
  op: fc.constant('create'),
  number: memoryNumber,
  shape: memoryShape,
  document,
  note: maybe(note),
});
const relate = fc.record({
  op: fc.constant('relate'),
  number: relationshipNumber,
  from: memoryNumber,
  to: memoryNumber,
  shape: relationshipShape,
  words: reason,
  note: maybe(note),
  imported: fc.boolean(),
});

const operation = fc.oneof(
  { weight: 3, arbitrary: create },
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('replace'), number: memoryNumber, shape: memoryShape, document, note, off }),
  },
  { weight: 4, arbitrary: relate },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('reshape'),
      number: furnishedRelationship,
      shape: relationshipShape,
      words: reason,
      note,
      off,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('index'), number: memoryNumber, document }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('embed'), number: memoryNumber, model, components, off }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('use'), numbers: few(memoryNumber, 4), at: moment }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('remember'), key, fingerprint: text, answer: json, at: moment }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('guard'), off }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('log'),
      number: memoryNumber,
      before: maybe(memoryShape),
      note,
      at: moment,
      by: maybe(text),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('purge'), number: memoryNumber }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('renew'), number: memoryNumber, shape: memoryShape, document, note }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('reindexed'), version: fc.nat(3), through: maybe(memoryNumber) }),
  },
);
export type PlainOperation = ValueOf<typeof operation>;

export interface Write {
  readonly command: 'write';
  readonly operations: readonly PlainOperation[];
  readonly at: number;
  readonly by: string | null;
}

export const write: fc.Arbitrary<Write> = fc.record({
  command: fc.constant('write'),
  operations: fc.oneof({ weight: 3, arbitrary: fc.tuple(operation) }, { weight: 1, arbitrary: few(operation, 5) }),
  at: moment,
  by: maybe(text),
});

/** The first writes of a run: most of the memories, and relationships among them. */
export const furniture: fc.Arbitrary<readonly Write[]> = fc
  .tuple(
    fc.array(fc.option(create, { freq: 20 }), { minLength: memoryCount, maxLength: memoryCount }),
    fc.array(fc.option(relate, { freq: 20 }), { minLength: 24, maxLength: 24 }),
  )
  .map(([creations, relations]) => [
    ...creations.flatMap((each, index) => (each === null ? [] : [{ ...each, number: index + 1 }])),
    ...relations.flatMap((each, index) => (each === null ? [] : [{ ...each, number: index + 1 }])),
  ])
  .map((operations) => operations.map((each) => ({ command: 'write', operations: [each], at: day(0), by: null })));
