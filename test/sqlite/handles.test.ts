import { expect, test } from 'vitest';
import { linesMatching, sources } from '../pins/sources.ts';

// Under Node 24.16 and later the process aborts when a handle of the driver is collected while no script runs. The whole suite on that
// version shows it, by chance; this shows the cause.
const elsewhere = sources('backends', 'src', 'test').filter(
  ({ path }) => path !== 'backends/sqlite/handles.ts' && path !== 'test/sqlite/handles.test.ts',
);

test('a database is opened in the one place that keeps what the driver hands out', () => {
  expect(linesMatching(elsewhere, /openDatabase\(/).length).toBeGreaterThan(10);
  expect(linesMatching(elsewhere, /new (?:driver|Driver|Database)\(/)).toEqual([]);
});

test('nothing is made that the driver hands out past that place', () => {
  expect(linesMatching(elsewhere, /\b(?:db|statement)\.(?:iterate|backup|function|aggregate|table)\(/)).toEqual([]);
});
