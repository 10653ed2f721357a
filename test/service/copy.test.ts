import { afterEach, describe, expect, it } from 'vitest';
import { maintenanceScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { AppError } from '../../src/errors.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import { type CopyReport, copyStore } from '../../src/service/transfer/copy-store.ts';
import type { Progress } from '../../src/service/transfer/format.ts';
import type { ImportOptions } from '../../src/service/transfer/import-records.ts';
import { keepIndexCurrent } from '../../src/service/upkeep.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import type { Mode, Target } from '../conformance/target.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { keep } from './people.ts';
import { behindHeader, exported, fillWithEverything } from './transfers.ts';
import { benchOn, noon, type Workbench } from './workbench.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const opened = async (target: Target, mode: Mode = 'single'): Promise<GuardedStore> => {
  const place = await target.place();
  const store = guardStore(await place.handle(mode), { deadlineMs: 20_000, readOnly: false });
  closing.push(async () => {
    await store.close();
    await place.destroy();
  });
  return store;
};

const copied = (from: ServiceContext, to: ServiceContext, options: Partial<ImportOptions> = {}): Promise<CopyReport> =>
  copyStore(from, to, {
    dryRun: false,
    onConflict: () => undefined,
    onProgress: () => undefined,
    beforeWriting: async () => undefined,
    ...options,
  });

const sameIn = async (one: Workbench, other: Workbench): Promise<void> => {
  expect(behindHeader(await exported(other))).toBe(behindHeader(await exported(one)));
};

const [first, ...others] = await reachableTargets();
if (first === undefined) throw new Error('no store to copy from');
const pairs = [
  [first, first] as const,
  ...others.flatMap((other) => [[first, other] as const, [other, first] as const]),
];

describe.each(pairs.map(([from, to]) => [from.name, to.name, from, to] as const))(
  'a copy from %s to %s',
  (_a, _b, from, to) => {
    it('is the same to the byte and answers alike, and the second time there is nothing to do', async () => {
      const [source, target] = [benchOn(await opened(from)), benchOn(await opened(to))];
      await fillWithEverything(source);
      target.now = source.now;
      const { check, ...report } = await copied(source.context, target.context);
      expect(report.created).toMatchObject({ memory: 4, relationship: 5 });
      expect(check).toEqual({ same: report.created, differing: [] });
      await sameIn(source, target);
      expect(await target.text('recall_memories', { query: 'login loop' })).toBe(
        await source.text('recall_memories', { query: 'login loop' }),
      );
      const again = await copied(source.context, target.context);
      expect(again).toMatchObject({ created: { memory: 0, relationship: 0, change: 0 }, unchanged: report.created });
      expect(again.check).toEqual(check);
    });

    it('keeps each tenant’s records with who made them', async () => {
      const [source, target] = [await opened(from, 'multi'), await opened(to, 'multi')];
      const people = [
        { user: 'ann', tenant: 'acme' },
        { user: 'bob', tenant: 'acme' },
        { user: 'ann', tenant: 'rival' },
      ];
      for (const who of people) {
        const bench = benchOn(source, who);
        const [one, two] = [
          await keep(bench, `Of ${who.user} at ${who.tenant}`, 'private'),
          await keep(bench, 'Another', 'public'),
        ];
        await bench.relate(one, 'SOLVES', two);
      }
      for (const tenant of ['acme', 'rival'] as const) {
        const scope = maintenanceScope(tenant as string as TenantId);
        const [here, there] = [source, target].map((store) => ({
          ...benchOn(store).context,
          scope,
          upkeepScope: scope,
        }));
        const { check } = await copied(here as ServiceContext, there as ServiceContext);
        expect(check?.differing).toEqual([]);
      }
      expect(await target.tenants()).toEqual(await source.tenants());
      for (const who of people) await sameIn(benchOn(source, who), benchOn(target, who));
    });
  },
);

describe('a copy', () => {
  const pair = async (): Promise<readonly [Workbench, Workbench]> => [
    benchOn(await opened(first)),
    benchOn(await opened(first)),
  ];

  it('counts and compares in a dry run, and writes nothing', async () => {
    const [source, target] = await pair();
    await fillWithEverything(source);
    const before = await exported(target);
    const dry = await copied(source.context, target.context, { dryRun: true });
    expect(dry).toMatchObject({ created: { memory: 4, relationship: 5 }, check: null });
    expect(await exported(target)).toBe(before);
  });

  it('that was cut off goes on when it is run again, the words of neighbours included', async () => {
    const [source, target] = await pair();
    await fillWithEverything(source);
    const [note, far] = [await source.store('Plain note'), await source.store('Zebra crossing')];
    await source.relate(note, 'RELATED_TO', far);
    await keepIndexCurrent(target.context);
    for (let writes = 0; ; writes += 1) {
      let left = writes;
      const { store } = target.context;
      const failing = {
        ...store,
        write: (...call: Parameters<typeof store.write>) => {
          if (left === 0) throw new AppError('store_unavailable', 'cut off');
          left -= 1;
          return store.write(...call);
        },
      };
      const run = copied(source.context, { ...target.context, store: failing as typeof store });
      const done = await run.then(
        () => true,
        () => false,
      );
      if (done) break;
      expect(writes).toBeLessThan(20);
    }
    await sameIn(source, target);
    const found = await target.text('search_memories', { query: 'zebra' });
    expect(found).toContain('Plain note');
    expect(found).toBe(await source.text('search_memories', { query: 'zebra' }));
    expect(await target.context.store.indexState(target.context.scope)).toMatchObject({ through: null });
  });

  it('leaves what is there, and names what is there otherwise', async () => {
    const [source, target] = await pair();
    const [one, two] = [await source.store('One'), await source.store('Two')];
    const own = await target.store('Already here');
    await copied(source.context, target.context);
    await target.facts('update_memory', { memory_id: one, title: 'One, said better' });
    const conflicts: string[] = [];
    const report = await copied(source.context, target.context, { onConflict: ({ id }) => conflicts.push(id) });
    expect(conflicts).toEqual([one]);
    expect(report.check?.differing).toEqual([{ kind: 'memory', id: one }]);
    expect(await target.text('get_memory', { memory_id: one })).toContain('One, said better');
    for (const id of [two, own]) expect(await target.text('get_memory', { memory_id: id })).toContain(id);
  });

  it('tells of what somebody changed in the target between writing and verifying', async () => {
    const [source, target] = await pair();
    const id = await source.store('One');
    let changed: Promise<unknown> | undefined;
    const onProgress = ({ phase }: Progress): void => {
      if (phase === 'importing change') changed ??= target.facts('update_memory', { memory_id: id, title: 'Other' });
    };
    const { store } = target.context;
    const memories: typeof store.memories = async (...call) => {
      await changed;
      return store.memories(...call);
    };
    const { check } = await copied(
      source.context,
      { ...target.context, store: { ...store, memories } },
      { onProgress },
    );
    expect(check?.differing).toEqual([{ kind: 'memory', id }]);
  });

  it('is of the moment it began, whatever is written to the source meanwhile', async () => {
    const [source, target] = await pair();
    await source.store('One');
    await copied(source.context, target.context, {
      beforeWriting: async () => void (await source.store('Late')),
    });
    expect(await target.text('search_memories', { query: 'late' })).not.toContain('Late');
    const again = await copied(source.context, target.context);
    expect(again.created).toMatchObject({ memory: 1 });
    expect(target.now).toBe(noon);
  });
});
