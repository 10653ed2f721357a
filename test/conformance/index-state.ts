import { expect } from 'vitest';
import type { IndexState, WriteOperation } from '../../src/storage/batch.ts';
import { creates, makeDocument, makeMemory, memoryId } from '../support/builders.ts';
import { makeConcern } from './concern.ts';
import type { Stage } from './stage.ts';

const sets = (version: number, through: number | null): WriteOperation => ({
  op: 'set_index_state',
  state: { version, through: through === null ? null : memoryId(through) },
});

const stateOf = ({ store, scope }: Stage): Promise<IndexState> => store.indexState(scope);

export const indexProgress = makeConcern('the state of the index', {
  'a new store stands at version 0, also with memories': async (stage) => {
    expect(await stateOf(stage)).toStrictEqual({ version: 0, through: null });
    await stage.keep(makeMemory());
    expect(await stateOf(stage)).toStrictEqual({ version: 0, through: null });
  },

  'the last state set stands, and is no change': async (stage) => {
    await stage.keep(makeMemory());
    const changes = await stage.changes();
    const { seq } = await stage.write(sets(3, 1));
    expect(seq).toBe(changes.at(-1)?.seq);
    expect(await stateOf(stage)).toStrictEqual({ version: 3, through: memoryId(1) });
    await stage.write(sets(3, 2), sets(3, null));
    expect(await stateOf(stage)).toStrictEqual({ version: 3, through: null });
    await stage.write(sets(1, 9));
    expect(await stateOf(stage)).toStrictEqual({ version: 1, through: memoryId(9) });
    expect(await stage.changes()).toEqual(changes);
  },

  'the state is there after the store was opened again, and for every handle': async (stage) => {
    const other = await stage.anotherHandle();
    await stage.write(sets(2, 7));
    expect(await other.indexState(stage.scope)).toStrictEqual({ version: 2, through: memoryId(7) });
    await stage.reopen();
    expect(await stateOf(stage)).toStrictEqual({ version: 2, through: memoryId(7) });
  },

  'the state is set with the words or not at all': async (stage) => {
    await stage.keep(makeMemory());
    const document = makeDocument({ title: 'again' });
    const words: WriteOperation = { op: 'index_memory', id: memoryId(1), document };
    await expect(stage.write(words, sets(2, 1), creates(makeMemory()))).rejects.toThrow();
    expect(await stateOf(stage)).toStrictEqual({ version: 0, through: null });
    await stage.write(words, sets(2, 1));
    expect(await stateOf(stage)).toStrictEqual({ version: 2, through: memoryId(1) });
    expect(await stage.store.termFrequencies(stage.scope, ['again'])).toEqual([{ text: 'again', frequency: 1 }]);
  },
});
