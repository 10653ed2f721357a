import { expect } from 'vitest';
import type { IdempotencyRecord, WriteOperation } from '../../src/storage/batch.ts';
import { creates, day, makeMemory, memoryId } from '../support/builders.ts';
import { expectRefusal } from './caller.ts';
import { makeConcern } from './concern.ts';
import { treacherousTexts } from './treacherous-texts.ts';

const record: IdempotencyRecord = {
  fingerprint: 'sha256:abc',
  answer: { id: memoryId(1), version: 1, links: [], nested: { '': null, 'ü%_"': [0.1, true] } },
  at: day(4),
};

const remembers = (key: string, fingerprint = record.fingerprint): WriteOperation => ({
  op: 'remember_key',
  key,
  record: { ...record, fingerprint },
});

export const idempotencyKeys = makeConcern('idempotency keys', {
  'a key that was never used has no record': async (stage) => {
    expect(await stage.store.idempotencyRecord(stage.scope, 'never')).toBeNull();
  },

  'a record comes back as it was': async (stage) => {
    await stage.write(remembers('k'));
    expect(await stage.store.idempotencyRecord(stage.scope, 'k')).toStrictEqual(record);
  },

  'a key is used once, and the first record stays': async (stage) => {
    await stage.write(remembers('k'));
    const again = stage.write(creates(makeMemory()), remembers('k', 'other'));
    await expectRefusal(again, 'duplicate', { entity: 'idempotency_key' });
    expect(await stage.store.idempotencyRecord(stage.scope, 'k')).toStrictEqual(record);
    expect(await stage.memory(memoryId(1))).toBeUndefined();
  },

  'a key is used once in one batch': async (stage) => {
    await expectRefusal(stage.write(remembers('k'), remembers('k')), 'duplicate', { entity: 'idempotency_key' });
    expect(await stage.store.idempotencyRecord(stage.scope, 'k')).toBeNull();
  },

  'keys differ by every letter': async (stage) => {
    const keys = [...treacherousTexts, 'k', 'K', 'k ', ' k', 'é', 'e\u0301'];
    await stage.write(...keys.map((key, index) => remembers(key, `${index}`)));
    for (const [index, key] of keys.entries()) {
      expect((await stage.store.idempotencyRecord(stage.scope, key))?.fingerprint).toBe(`${index}`);
    }
    expect(await stage.store.idempotencyRecord(stage.scope, '%')).toBeNull();
  },
});

const expects = (revision: number): WriteOperation => ({ op: 'expect_revision', guard: 'acyclic_graph', revision });

export const guards = makeConcern('guards', {
  'a guard stands at 0 and moves by one': async (stage) => {
    const { store, scope } = stage;
    expect(await store.guardRevision(scope, 'acyclic_graph')).toBe(0);
    await stage.write(expects(0));
    expect(await store.guardRevision(scope, 'acyclic_graph')).toBe(1);
    await stage.write(expects(1), expects(2));
    expect(await store.guardRevision(scope, 'acyclic_graph')).toBe(3);
  },

  'another revision is refused and the guard stays': async (stage) => {
    await stage.write(expects(0));
    for (const revision of [0, 2, -1]) {
      await expectRefusal(stage.write(expects(revision)), 'version_conflict', { guard: 'acyclic_graph' });
    }
    expect(await stage.store.guardRevision(stage.scope, 'acyclic_graph')).toBe(1);
  },

  'of writers that saw the same revision one goes on': async (stage) => {
    const attempts = Array.from({ length: 8 }, (_, index) =>
      stage.write(expects(0), creates(makeMemory({ id: index + 1 }))),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stage.store.guardRevision(stage.scope, 'acyclic_graph')).toBe(1);
    expect(await stage.store.countMemories(stage.scope, {})).toBe(1);
  },
});
