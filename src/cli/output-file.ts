import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../errors.ts';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const taken = (): AppError =>
  new AppError('invalid_input', 'There is something at the path of the output. Name another one.');

const unwritable = (cause: unknown): AppError =>
  new AppError(
    'invalid_input',
    'The output cannot be written there. Name a place with room that this user may write.',
    {
      cause,
    },
  );

const isOurs = (error: unknown): boolean => typeof codeOf(error) === 'string' && !(error instanceof AppError);

/** Under its own name only when it is complete. */
const draftOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.partial`;

const publish = async (draft: string, path: string): Promise<void> => {
  try {
    // Unlike a rename, a link does not replace what came to be there meanwhile.
    await link(draft, path);
    await unlink(draft);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw taken();
    await rename(draft, path);
  }
};

const writing = async (path: string, draft: string, work: () => Promise<void>): Promise<void> => {
  if (existsSync(path)) throw taken();
  try {
    await work();
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw isOurs(error) ? unwritable(error) : error;
  }
};

/** A new file for its owner only. Refuses a path that exists; leaves nothing behind when `write` fails. */
export const writeNewFile = (path: string, write: (file: FileHandle) => Promise<void>): Promise<void> => {
  const draft = draftOf(path);
  return writing(path, draft, async () => {
    const file = await open(draft, 'wx', 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await publish(draft, path);
  });
};

/** A new folder of files for their owner only. Refuses a path that exists; leaves nothing behind when `pages` fail. */
export const writeNewFolder = (
  path: string,
  pages: AsyncIterable<{ readonly path: string; readonly text: string }>,
): Promise<void> => {
  const draft = draftOf(path);
  return writing(path, draft, async () => {
    await mkdir(draft, { mode: 0o700 });
    for await (const page of pages) {
      const file = join(draft, page.path);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(page.text).finally(() => handle.close());
    }
    if (existsSync(path)) throw taken();
    await rename(draft, path);
  });
};
