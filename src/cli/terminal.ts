import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config.ts';

/** What the commands use of the process. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Environment;
  /** As Node gives it: the second entry is the program's file. */
  readonly argv: readonly string[];
}

/** Stored text must not steer the terminal. */
const harmless = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');

const write = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve) => {
    // A reader that has gone away, as `head` does, is no fault of the command.
    stream.write(text, () => resolve());
  });

export const print = ({ stdout }: Terminal, lines: readonly string[]): Promise<void> =>
  write(stdout, `${harmless(lines.join('\n'))}\n`);

/** One line, whatever is in it. */
export const complain = ({ stderr }: Terminal, text: string): Promise<void> =>
  write(stderr, `graph-memory: ${harmless(text.replace(/\s*\n\s*/g, ' '))}\n`);

/** Two columns, the first as wide as its longest entry. */
export const columns = (rows: readonly (readonly [string, string])[]): readonly string[] => {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd());
};
