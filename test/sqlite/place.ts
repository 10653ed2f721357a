import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createBackend } from '../../backends/index.ts';
import type { Backend } from '../../src/storage/store.ts';

export interface Settings {
  readonly synchronous?: 'full' | 'normal';
  readonly readOnly?: boolean;
  readonly multiTenant?: boolean;
}

/** A folder that goes away with the test. */
export const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'graph-memory-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const makeStore = (path: string, settings: Settings = {}): Promise<Backend> =>
  createBackend('sqlite', { path, synchronous: 'normal', readOnly: false, ...settings });

/** An open store, closed with the test. */
export const openStore = async (path: string, settings: Settings = {}): Promise<Backend> => {
  const store = await makeStore(path, settings);
  onTestFinished(() => store.close());
  await store.open();
  return store;
};
