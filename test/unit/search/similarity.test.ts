import { describe, expect, test } from 'vitest';
import { searchDocument } from '../../../src/search/document.ts';
import { duplicateProbe, similarity } from '../../../src/search/similarity.ts';
import type { SearchDocument } from '../../../src/storage/search-document.ts';

const document = (title: string, content: string): SearchDocument =>
  searchDocument({
    title,
    content,
    summary: null,
    tags: [],
    context: { languages: [], frameworks: [], technologies: [], filesInvolved: [] },
  });
const long =
  'Redis drops idle connections after five minutes, so the worker pool must ping each socket before it takes a job.';

describe('similarity', () => {
  test('is 1 for the same words in any order and case', () => {
    expect(similarity(document('Redis pings', long), document('REDIS ping', long))).toBe(1);
  });

  test('is 0 for strangers and for texts without words', () => {
    expect(similarity(document('Redis', 'drops sockets'), document('Kubernetes', 'evicts pods'))).toBe(0);
    expect(similarity(document('…', '!!!'), document('…', '!!!'))).toBe(0);
  });

  test('a slightly changed text is a near-duplicate, another topic in the same words is not', () => {
    const changed = similarity(document('Redis pings', long), document('Ping Redis', `${long} Fixed in May.`));
    const other = similarity(
      document('Redis pings', long),
      document('Redis memory', 'Redis evicts keys at its limit.'),
    );
    expect(changed).toBeGreaterThan(0.8);
    expect(other).toBeLessThan(0.4);
  });

  test('content that stands whole in a longer one counts, unless it is a mere phrase', () => {
    const longer = `${long} ${'Unrelated words follow about deployment pipelines and billing exports. '.repeat(3)}`;
    expect(similarity(document('Redis', long), document('Redis', longer))).toBeGreaterThan(0.9);
    expect(similarity(document('Redis', 'drops connections'), document('Redis', longer))).toBeLessThan(0.5);
  });

  test('is symmetric', () => {
    const [a, b] = [document('Redis pings', long), document('Idle sockets', `${long} More.`)];
    expect(similarity(a, b)).toBe(similarity(b, a));
  });
});

describe('duplicateProbe', () => {
  const probe = (title: string, content = 'x'): string[] =>
    duplicateProbe(document(title, content)).groups.map((group) => group.map((term) => term.text).join('|'));

  test('wants all of a few telling words of the title', () => {
    expect(duplicateProbe(document('Fix it', 'x')).mode).toBe('all');
    expect(probe('Fix the login timeout of the auth gateway in production')).toEqual(['gateway', 'product', 'timeout']);
    expect(probe('Login timeout')).toEqual(['timeout', 'login']);
    expect(probe('Fix login timeout')).toEqual(['timeout', 'login']);
    expect(probe('Error TS2345 in the build')).toEqual(['2345', 'build']);
  });

  test('falls back on the content, and finds nothing for a text without words', () => {
    expect(probe('!!!', 'redis eviction')).toEqual(['evict', 'redi']);
    expect(probe('!!!', '…')).toEqual([]);
  });
});
