import type { App } from '../app.ts';
import { besideStore } from './backup.ts';
import { complain, type Terminal } from './terminal.ts';

/** Takes a copy of the store before it is changed for good, and says where it is; or says why there is none. */
export const backupFirst = async (terminal: Terminal, app: App): Promise<void> => {
  const store = await app.store();
  if (!store.capabilities.onlineBackup) {
    await complain(terminal, "warning: this store cannot copy itself; its database's own tool can");
    return;
  }
  const target = besideStore(store.location, app.now());
  await store.backup(target);
  await complain(terminal, `backup: ${target}`);
};
