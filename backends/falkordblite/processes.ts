import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process by its number and the time it was started, since numbers are given again. */
export interface ProcessName {
  readonly pid: number;
  readonly started: string;
}

/** Behind the name in parentheses, which may hold spaces, the start time is the twentieth field. */
const startedOnLinux = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
};

const startedElsewhere = (pid: number): string | null => {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
};

/** In what form the system tells it; null where there is no such process. */
const startOf = (pid: number): string | null =>
  process.platform === 'linux' ? startedOnLinux(pid) : startedElsewhere(pid);

/** Null where there is no such process. */
export const nameOf = (pid: number): ProcessName | null => {
  const started = startOf(pid);
  return started === null ? null : { pid, started };
};

export const isRunning = ({ pid, started }: ProcessName): boolean => startOf(pid) === started;
