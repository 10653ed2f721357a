import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src/errors.ts';
import { isRunning, nameOf, type ProcessName } from './processes.ts';

/** Who may start a server over a folder, and which one it started. */
export interface Holder {
  readonly owner: ProcessName;
  readonly server: ProcessName | null;
  /** Where the socket of that server is. */
  readonly socketFolder: string | null;
}

const lockName = 'owner.json';

const read = (path: string): Holder | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
};

const held = (pid: number): AppError =>
  new AppError(
    'store_busy',
    `Process ${pid} has this store open, and an embedded store has one owner. End it, or let several share a server with MEMORY_BACKEND=falkordb.`,
  );

/** Whether the file was moved away: of two who find the same owner gone, one takes its place. */
const setAside = (path: string, gone: Holder | null): boolean => {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  const same = JSON.stringify(read(aside)) === JSON.stringify(gone);
  // Somebody else took it between the look and the move: it is theirs.
  if (!same) renameSync(aside, path);
  else rmSync(aside);
  return same;
};

const attempts = 20;

/**
 * Makes this process the owner of the folder. Returns who was before, if that process is gone without having let go: its server may still
 * run. Throws `store_busy` while the owner runs.
 */
export const takeFolder = (folder: string): Holder | null => {
  const path = join(folder, lockName);
  const owner = nameOf(process.pid);
  if (owner === null) throw new AppError('store_unavailable', 'This system does not tell when a process was started.');
  const draft = `${path}.new.${process.pid}`;
  let before: Holder | null = null;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    writeFileSync(draft, JSON.stringify({ owner, server: null, socketFolder: null } satisfies Holder), { mode: 0o600 });
    try {
      linkSync(draft, path);
      return before;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = read(path);
    if (holder !== null && isRunning(holder.owner)) throw held(holder.owner.pid);
    if (setAside(path, holder)) before = holder;
  }
  throw new AppError('store_busy', 'Others keep opening this store. Try again in a moment.');
};

/** So that whoever finds this process gone knows which server to end, and what it leaves. */
export const noteServer = (folder: string, server: ProcessName, socketFolder: string): void => {
  const path = join(folder, lockName);
  const holder = read(path);
  if (holder === null) return;
  const draft = `${path}.note.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ ...holder, server, socketFolder }), { mode: 0o600 });
  renameSync(draft, path);
};

export const letGo = (folder: string): void => {
  const path = join(folder, lockName);
  if (read(path)?.owner.pid === process.pid) rmSync(path, { force: true });
};
