import { describe, expect, it } from 'vitest';
import { symbolsOf } from '../../scripts/eval/declarations.ts';
import { sectionsOf } from '../../scripts/eval/markdown.ts';
import { difference, scoreOf } from '../../scripts/eval/metrics.ts';
import { misspell, paraphrase, recased } from '../../scripts/eval/rewording.ts';

describe('the measures of the search evaluation', () => {
  it('score the places of the answers', () => {
    const second = scoreOf(['a', 'b', 'c'], new Set(['b']));
    expect(second).toEqual({ at1: 0, at5: 1, at10: 1, ndcg: 1 / Math.log2(3), mrr: 0.5 });
    const both = scoreOf(['a', 'b'], new Set(['a', 'b']));
    expect(both).toEqual({ at1: 1, at5: 1, at10: 1, ndcg: 1, mrr: 1 });
    const eleventh = scoreOf([...'0123456789', 'a'], new Set(['a']));
    expect(eleventh).toEqual({ at1: 0, at5: 0, at10: 0, ndcg: 0, mrr: 0 });
  });

  it('tell a difference from chance, the same each time', () => {
    const even = Array.from({ length: 200 }, (_, i) => i % 2);
    const odd = even.map((value) => 1 - value);
    const none = difference(even, odd);
    expect(none.mean).toBe(0);
    expect(none.low).toBeLessThan(0);
    expect(none.high).toBeGreaterThan(0);
    const some = difference(
      even,
      even.map((value, i) => (i % 5 === 0 ? 0 : value)),
    );
    expect(some.mean).toBeCloseTo(0.1);
    expect(some.low).toBeGreaterThan(0);
    expect(difference(even, odd)).toEqual(none);
  });
});

describe('the questions of the search evaluation', () => {
  it('change the words and keep what is asked', () => {
    expect(misspell('validate incoming configuration')).not.toBe('validate incoming configuration');
    expect(misspell('validate incoming configuration')).toBe(misspell('validate incoming configuration'));
    expect(misspell('do it at ten')).toBe('do it at ten');
    expect(paraphrase('Removes the listener from the emitter.')).toMatch(/listener.*\?$/);
    expect(
      recased('createReadStream')
        .toLowerCase()
        .replace(/[^a-z]/g, ''),
    ).toContain('createreadstream');
  });
});

describe('the memories of the search evaluation', () => {
  it('are sections with the anchors that they link to', () => {
    const page = '# Top\nintro [see](#second-part)\n```md\n# not a heading\n```\n## Second `part`\n<b>body</b>\n';
    expect(sectionsOf(page)).toEqual([
      {
        heading: 'Top',
        level: 1,
        body: 'intro see\n```md\n# not a heading\n```',
        anchor: 'top',
        links: ['second-part'],
      },
      { heading: 'Second part', level: 2, body: 'body', anchor: 'second-part', links: [] },
    ]);
  });

  it('are documented names with their container and what they refer to', () => {
    const source = `
export interface Agent {
    /**
     * Closes all sockets at once. See {@link destroy} and {@link Agent.keepAlive}.
     * @deprecated Use {@link destroy} instead.
     */
    closeSockets(force: boolean): void;
}`;
    expect(symbolsOf(source)).toEqual([
      {
        name: 'closeSockets',
        container: 'Agent',
        signature: 'closeSockets(force: boolean): void;',
        firstSentence: 'Closes all sockets at once.',
        rest: 'See `destroy` and `Agent.keepAlive`.\n@deprecated Use `destroy` instead.',
        links: ['destroy', 'Agent.keepAlive', 'destroy'],
        replacedBy: ['destroy'],
      },
    ]);
  });
});
