import { hostname } from 'node:os';

/** Names this process to others, on this machine and elsewhere. */
export const processOwner = (): string => `${hostname()} process ${process.pid}`;

const named = /^(.+) process (\d+)$/;

/** Whether it names a process of this machine that has ended. Of another machine nothing can be said. */
export const isEndedProcess = (owner: string): boolean => {
  const [, host, pid] = named.exec(owner) ?? [];
  if (host !== hostname() || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
};
