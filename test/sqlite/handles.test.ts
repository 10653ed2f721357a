import { expect, test } from 'vitest';
import { linesMatching, sources } from '../pins/sources.ts';

// Under Node 24.21 the process aborts when a handle of the driver is collected while no script runs. The whole suite on that
// version shows it, by chance; this shows the cause.
const handles = /\.(?:prepare|pragma|iterate|transaction|backup)\(|new driver\(/;

test('a handle of the driver that could be collected is made in no place but the one that keeps it', () => {
  const made = linesMatching(sources('backends/sqlite'), handles);
  const kept = made.filter((line) => /keepAlive\(|connection\.pragma\(|copy\.pragma\(|new driver\(/.test(line));
  expect(made.length).toBeGreaterThan(5);
  expect(made.filter((line) => !kept.includes(line))).toEqual([]);
});
