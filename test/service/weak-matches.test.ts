import { expect, it } from 'vitest';
import { onEveryStore } from './workbench.ts';

onEveryStore('a question without an answer', (open) => {
  it('is told apart from one with an answer, and not padded', async () => {
    const bench = await open();
    for (let i = 0; i < 8; i += 1) {
      await bench.store(`Window handling ${i}`, { content: 'The window of the editor is resized when a panel opens.' });
    }
    const noise = await bench.text('recall_memories', {
      query: 'how often should I clean the kitchen window with vinegar',
    });
    expect(noise).toMatch(/^No memory answers this; the nearest have few of its words\. /);
    expect(noise.match(/^general /gm)).toHaveLength(3);
    expect(bench.used).toHaveLength(3);
    const cursor = /^more: cursor (\S+)/m.exec(noise)?.[1] ?? '';
    const rest = await bench.text('recall_memories', {
      query: 'how often should I clean the kitchen window with vinegar',
      cursor,
    });
    expect(rest).toMatch(/^5 found\. /);
    const answer = await bench.text('recall_memories', { query: 'why is the editor resized at night' });
    expect(answer).toMatch(/^8 found\. /);
  });

  it('holds a guessed word for half of one', async () => {
    const bench = await open();
    await bench.store('Piping', { content: 'a pump for the turbine' });
    expect(await bench.text('recall_memories', { query: 'turbene timetable' })).toMatch(/^No memory answers this/);
    expect(await bench.text('recall_memories', { query: 'turbine timetable' })).toMatch(/^1 found/);
    expect(await bench.text('recall_memories', { query: 'turbene' })).toMatch(/^1 found/);
  });

  it('is not seen in a long question of which a memory has several words', async () => {
    const bench = await open();
    await bench.store('Socket closed', { content: 'ECONNRESET while the upstream proxy streams its body' });
    const log = Array.from({ length: 30 }, (_, i) => `frame${i}`).join(' ');
    expect(await bench.text('recall_memories', { query: `${log} socket proxy upstream` })).toMatch(
      /^No memory answers/,
    );
    const told = `${log} ECONNRESET socket upstream proxy body`;
    expect(await bench.text('recall_memories', { query: told })).toMatch(/^1 found/);
  });

  it('is not seen where a type was asked for, which the words of its neighbours find', async () => {
    const bench = await open();
    const problem = await bench.store('Disk full', { type: 'problem', content: 'ENOSPC in the nightly build' });
    await bench.store('Prune', { type: 'solution', content: 'x', links: [{ memory_id: problem, type: 'SOLVES' }] });
    expect(await bench.text('recall_memories', { query: 'nightly ENOSPC', memory_types: ['solution'] })).toMatch(
      /^1 found/,
    );
  });
});
