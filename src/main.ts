import './zod-without-eval.ts';
import { createApp } from './app.ts';
import { loadConfig } from './config.ts';
import { errorTable, isAppError } from './errors.ts';
import { flushLog, log, setLogLevel } from './log.ts';
import { serveStdio } from './transport/stdio.ts';
import { stopSignal } from './transport/stop-signal.ts';

/** Without arguments the program is a stdio server, started anew for each session: this path loads nothing that it can do without. */
const serve = async (onListed: () => void): Promise<number> => {
  const stop = stopSignal({ followParent: true });
  const config = loadConfig();
  setLogLevel(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  if (process.stdin.isTTY) process.stderr.write('graph-memory: waiting for an MCP client on stdin; see --help\n');
  const app = createApp(config);
  const whileTheModelThinks = (): void => {
    onListed();
    void import('./tools/registry.ts');
  };
  app.startUpkeep();
  try {
    await serveStdio({ app, input: process.stdin, output: process.stdout, stop, onListed: whileTheModelThinks });
  } finally {
    await app.close();
  }
  return 0;
};

const command = async (argv: readonly string[]): Promise<number> => {
  const { runCli } = await import('./cli/cli.ts');
  return runCli(argv, process);
};

const exitCodeOf = (error: unknown): number => {
  const code = isAppError(error) ? error.code : 'internal';
  const text = isAppError(error) ? `${code}: ${error.message}` : 'internal: graph-memory stopped unexpectedly';
  process.stderr.write(`graph-memory: ${text.replaceAll('\n', ' ')}\n`);
  if (code === 'internal') log.error('stopped unexpectedly', { error });
  return errorTable[code].exitCode;
};

const end = async (code: number): Promise<never> => {
  await flushLog();
  process.exit(code);
};

/** Runs the program to its end. `onListed` is called when a stdio client has its list of tools, the end of what a start must hurry for. */
export const main = async (onListed: () => void = () => undefined): Promise<void> => {
  process.once('uncaughtException', (error) => void end(exitCodeOf(error)));
  const argv = process.argv.slice(2);
  await end(await (argv.length === 0 ? serve(onListed) : command(argv)).catch(exitCodeOf));
};
