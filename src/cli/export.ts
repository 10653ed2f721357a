import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from '../service/context.ts';
import { exportLines } from '../service/transfer/export-lines.ts';
import { exportPages } from '../service/transfer/export-pages.ts';
import { writeNewFile, writeNewFolder } from './output-file.ts';
import { showProgress } from './progress.ts';
import { complain, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

export const exportFormats = ['jsonl', 'markdown'] as const;

export interface ExportCommand {
  readonly format: (typeof exportFormats)[number];
  /** Absent: stdout. */
  readonly output?: string;
}

/** The project that was named on the command line; the one of the working directory limits nothing. */
const namedProject = async (config: Config, context: ServiceContext): Promise<string | null> => {
  const { source } = config.effective.find(({ name }) => name === 'MEMORY_PROJECT') ?? {};
  return source === 'flag' ? context.currentProject() : null;
};

/** Waits until the reader has taken it. A reader that has gone away must not take a part for the whole. */
const pass = (stream: Writable, text: string): Promise<void> =>
  new Promise((done, fail) => {
    stream.write(text, (error) => {
      if (!error) return done();
      fail(
        new AppError('invalid_input', 'Nobody reads the output any more; the export is not complete.', {
          cause: error,
        }),
      );
    });
  });

/** Writes the whole store, or one project of it, and says on stderr how much that was. */
export const exportStore = (terminal: Terminal, config: Config, command: ExportCommand): Promise<void> =>
  withApp(config, async (app) => {
    const { format, output } = command;
    const context = await app.contextFor();
    const project = await namedProject(config, context);
    const { onProgress, clear } = showProgress(terminal);
    if (format === 'markdown') {
      if (output === undefined) throw new AppError('invalid_input', '--format markdown needs --output FOLDER.');
      await writeNewFolder(resolve(output), exportPages(context, { project, onProgress }));
      clear();
      return;
    }
    const lines = exportLines(context, { exportedAt: app.now(), project, onProgress });
    const drain = async (write: (text: string) => Promise<unknown>): Promise<void> => {
      for (;;) {
        const next = await lines.next();
        if (!next.done) {
          await write(next.value);
          continue;
        }
        const { memory, relationship, change } = next.value;
        clear();
        await complain(terminal, `exported ${memory} memories, ${relationship} relationships and ${change} changes`);
        return;
      }
    };
    if (output === undefined) await drain((text) => pass(terminal.stdout, text));
    else await writeNewFile(resolve(output), (file) => drain((text) => file.appendFile(text)));
  });
