import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.ts';

/** Far longer than any record may be: what has such a line is no file of ours. */
const longestLine = 16_000_000;

/** The lines of a file, without their ends. Throws `invalid_input` for a file that cannot be read. */
export async function* fileLines(path: string): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 });
  let rest = '';
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) throw new AppError('invalid_input', 'The file has no lines. It is no export.');
      yield* lines;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_input', 'The file cannot be read. Name one that this user may read.', { cause: error });
  }
  if (rest !== '') yield rest;
}

/** Calls `use` with a file that can be read more than once: the one named, or for `-` a copy of stdin. */
export const withInputFile = async <Result>(
  name: string,
  stdin: Readable,
  use: (path: string) => Promise<Result>,
): Promise<Result> => {
  if (name !== '-') return use(resolve(name));
  const folder = await mkdtemp(join(tmpdir(), 'graph-memory-import-'));
  try {
    const path = join(folder, 'stdin');
    await pipeline(stdin, createWriteStream(path, { mode: 0o600 }));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
