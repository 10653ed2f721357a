import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import { ada, linkedBy, ownedBy } from '../conformance/tenants/people.ts';
import { type Explained, places, there } from './explained.ts';
import { playIndexed, type Recorded } from './recording.ts';

/** Looks at every node, or at every node of a label. */
const scans = /AllNodesScan|NodeByLabelScan|All Node Scan|Node By Label Scan/i;

describe.each(there.flatMap((name) => [false, true].map((multi) => [name, multi] as const)))(
  '%s, multi-tenant %s',
  (name, multi) => {
    let place: Explained;
    let recorded: readonly Recorded[];
    const scope: TenantScope = multi ? ada : singleTenantScope;
    beforeAll(async () => {
      place = await places[name](multi);
      recorded = multi
        ? await playIndexed(
            place.dialect,
            scope,
            (words) => ownedBy(ada, words),
            (words) => linkedBy(ada, words),
          )
        : await playIndexed(place.dialect, scope);
    }, 120_000);
    afterAll(() => place.close());

    const scanned = async (): Promise<readonly string[]> => {
      const seen = new Map<string, { readonly statement: Recorded['statement']; readonly calls: string[] }>();
      for (const { call, statement } of recorded) {
        const known = seen.get(statement.text) ?? { statement, calls: [] };
        known.calls.push(call);
        seen.set(statement.text, known);
      }
      const found: string[] = [];
      for (const { calls, statement } of seen.values()) {
        if (scans.test(await place.explain(statement))) found.push(...calls);
      }
      return [...new Set(found)];
    };

    test('what is looked up is found by an index, and without it is not', { timeout: 120_000 }, async () => {
      expect(recorded.length).toBeGreaterThan(20);
      expect(await scanned()).toEqual([]);
      if (multi && place.dropTenantIndex) {
        await place.dropTenantIndex();
        expect(await scanned()).toEqual(expect.arrayContaining(['list', 'count']));
      }
      await place.dropKeyIndex();
      expect(await scanned()).toEqual(expect.arrayContaining(['create', 'trash', 'purge']));
    });
  },
);

test.skipIf(there.length > 0)('no server is here that explains', () => {
  expect(there).toEqual([]);
});
