import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const owner = async (lock: string): Promise<number> =>
  Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => '0'));

/**
 * Waits until no other test uses what goes by this name: a server has one database, and each test wants an empty one. The lock of a
 * process that is gone is taken over. Returns the way to give it back.
 */
export const exclusively = async (name: string): Promise<() => Promise<void>> => {
  const lock = join(tmpdir(), `graph-memory-test-${name.replace(/[^a-z0-9]+/gi, '-')}`);
  for (;;) {
    try {
      await mkdir(lock);
      await writeFile(join(lock, 'pid'), String(process.pid));
      return () => rm(lock, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = await owner(lock);
    if (pid !== 0 && !isAlive(pid)) await rm(lock, { recursive: true, force: true });
    await delay(20);
  }
};
