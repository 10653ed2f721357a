import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchContext, storeArguments, warmUp } from '../bench-context.ts';
import { corpus, type Draft } from '../corpus.ts';
import { interleave, sum } from '../measure.ts';
import { type Durability, rawStore } from '../raw-store.ts';
import { Report } from '../report.ts';

const rounds = 250;
const warmUps = 40;
const page = Buffer.alloc(4_096, 1);

const measure = async (context: BenchContext, report: Report, size: number, durability: Durability): Promise<void> => {
  const name = `${size}-${durability}`;
  const filled = size === 0 ? null : await context.store(size);
  const { draft } = corpus(11);
  const raw = rawStore(join(context.folder, `raw-${name}.db`), durability);
  if (filled) {
    const { draft: same } = corpus(size);
    for (let done = 0; done < size; done += 1_000) {
      raw.fill(filled.ids.slice(done, done + 1_000).map((id) => [id, same()]));
    }
  }
  const path = filled?.path ?? join(context.folder, `empty-${durability}.db`);
  const [server, echo] = await Promise.all([
    context.serve(path, { MEMORY_SQLITE_SYNCHRONOUS: durability }),
    context.serveEcho(),
  ]);
  const syncFile = openSync(join(context.folder, `sync-${name}`), 'w');
  const drafts = Array.from({ length: rounds + warmUps }, draft);
  const draftOf = (round: number): Draft => drafts[round] as Draft;
  const store = (round: number): Promise<string> => server.call('store_memory', storeArguments(draftOf(round)));
  const echoed = (round: number): Promise<string> => echo.call('echo', { text: JSON.stringify(draftOf(round)) });

  await warmUp(warmUps, async (round) => {
    await store(rounds + round);
    await echoed(rounds + round);
  });
  const times = await interleave(rounds, {
    echo: echoed,
    raw: (round) => raw.insert(randomUUID(), draftOf(round)),
    ours: (round) => store(round),
    sync: () => {
      writeSync(syncFile, page);
      fdatasyncSync(syncFile);
    },
  });
  const where = `${size === 0 ? 'empty store' : `${size / 1_000}k`}, synchronous ${durability}`;
  report.compare(`store_memory, ${where}`, times.ours, sum(times.echo, times.raw), 2);
  report.times(`… of that limit the echo`, times.echo);
  report.times(`… of that limit the raw insert`, times.raw);
  if (durability === 'full') report.times('… one raw fdatasync of 4 KiB', times.sync);
  if (size > 0 && durability === 'normal') {
    const ids = filled?.ids ?? [];
    const plain = await context.serve(path, { MEMORY_SQLITE_SYNCHRONOUS: durability, MEMORY_AUTO_LINKS: 'false' });
    const storePlain = (round: number, links: readonly object[] = []): Promise<string> =>
      plain.call('store_memory', { ...storeArguments(draftOf(round)), links });
    const linksOf = (round: number): readonly object[] =>
      [0, 1, 2].map((i) => ({ memory_id: ids[(round * 3 + i) % ids.length], type: 'BUILDS_ON' }));
    await warmUp(warmUps, (round) => storePlain(rounds + round, linksOf(round)));
    const again = await interleave(rounds, {
      without: (round) => storePlain(round),
      session: (round) => store(round),
      with: (round) => storePlain(round, linksOf(round + warmUps)),
    });
    report.compare(`… with the session's automatic link, against without, ${where}`, again.session, again.without, 2);
    report.compare(`… with three links, against without, ${where}`, again.with, again.without, 2);
  }
  raw.close();
  closeSync(syncFile);
  await context.stop();
};

/** One memory a call, against the echo and a raw insert of the same text into a full-text table, one after the other. */
export const store = async (context: BenchContext): Promise<void> => {
  const report = new Report();
  for (const size of [0, 50_000]) {
    for (const durability of ['full', 'normal'] as const) await measure(context, report, size, durability);
  }
  report.print('store: one memory a call');
};
