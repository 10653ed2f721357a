import { expect, test } from 'vitest';
import { concerns } from './coverage.ts';
import { targets } from './targets.ts';

const caseNames = concerns.flatMap(({ cases }) => cases);

test('case names are unique', () => {
  expect(caseNames.filter((name, index) => caseNames.indexOf(name) !== index)).toEqual([]);
});

test('every declared gap names a case', () => {
  const named = targets.flatMap(({ gaps }) => gaps.map((gap) => gap.case));
  expect(named.filter((name) => !caseNames.includes(name))).toEqual([]);
});
