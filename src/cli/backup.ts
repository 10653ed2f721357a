import { format, parse, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

/** `memory.db` → `memory-2026-01-31T09-30-00-000Z.db`, in the same folder. */
export const besideStore = (location: string, at: number): string => {
  const { dir, name, ext } = parse(location);
  return format({ dir, name: `${name}-${new Date(at).toISOString().replace(/[:.]/g, '-')}`, ext });
};

/** Prints where the copy is. A path that exists is refused by the store. */
export const backup = (terminal: Terminal, config: Config, path: string | undefined): Promise<void> =>
  withApp(config, async (app) => {
    const store = await app.store();
    const target = path === undefined ? besideStore(store.location, app.now()) : resolve(path);
    await store.backup(target);
    await print(terminal, [target]);
  });
