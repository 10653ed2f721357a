import { expect, test } from 'vitest';
import { missingEntries } from '../tools/complete-lock.ts';
import { readText } from './sources.ts';

test.each(['package-lock.json', 'test/tools/package-lock.json'])('%s lets npm ci run on every platform', (path) => {
  const missing = missingEntries(JSON.parse(readText(path)) as Parameters<typeof missingEntries>[0]);
  expect(
    missing.map(([place]) => place),
    `run: npx tsx test/tools/complete-lock.ts ${path}`,
  ).toEqual([]);
});

test('every version is exact', () => {
  const { dependencies, devDependencies } = JSON.parse(readText('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version));
  expect(loose).toEqual([]);
});
