import { Command, CommanderError } from 'commander';
import { type Config, type Flags, loadConfig, variables } from '../config.ts';
import { errorTable, isAppError } from '../errors.ts';
import { log, setLogLevel } from '../log.ts';
import { version } from '../version.ts';
import { backup } from './backup.ts';
import { addCopy } from './copy.ts';
import { doctor } from './doctor.ts';
import { exitCodes } from './exit-codes.ts';
import { addExplainAccess } from './explain-access.ts';
import { addFlags, givenFlags, globalVariables, httpVariables } from './flags.ts';
import { addMigrate } from './migrate-command.ts';
import { serveHttp, serveStdio } from './serve.ts';
import { stats } from './stats.ts';
import { columns, complain, print, type Terminal } from './terminal.ts';
import { addTransferCommands } from './transfer-commands.ts';

const usageExitCode = errorTable.invalid_input.exitCode;

const epilogue = `
Without a command, serves one client over stdin and stdout.

Exit codes:
${exitCodes.map(([code, meaning]) => `  ${String(code).padStart(2)}  ${meaning}`).join('\n')}`;

interface Run {
  readonly terminal: Terminal;
  exitCode: number;
}

/** A fault is told as one line; log lines beside it are for who asked for them. A server sets its level once it runs. */
const configure = ({ terminal }: Run, command: Command, settings: Flags = {}): Config => {
  const config = loadConfig({ env: terminal.env, flags: { ...givenFlags(command), ...settings } });
  const level = config.effective.find(({ name }) => name === 'MEMORY_LOG_LEVEL');
  setLogLevel(level?.source === 'default' ? 'silent' : config.logLevel);
  return config;
};

const configureAloud = async (run: Run, command: Command, settings?: Flags): Promise<Config> => {
  const config = configure(run, command, settings);
  for (const warning of config.warnings) await complain(run.terminal, `warning: ${warning}`);
  return config;
};

/** A client reads the log of a stdio server, so its warnings are lines of the log. */
const startStdio = async (run: Run, command: Command): Promise<void> => {
  const config = configure(run, command);
  setLogLevel(config.logLevel);
  for (const warning of config.warnings) log.warn(warning);
  await serveStdio(run.terminal, config);
};

const printConfig = async (run: Run, command: Command): Promise<void> => {
  const { effective } = await configureAloud(run, command);
  const rows = effective.map(({ name, value, source }): readonly [string, string] => {
    const { fallback } = variables[name];
    const found = source === 'default' && value === '' && typeof fallback !== 'string';
    return [`${name}=${value}`, `# ${source}${found ? `: ${fallback.documented}` : ''}`];
  });
  await print(run.terminal, columns(rows));
};

const addServe = (program: Command, run: Run): void => {
  const serve = program
    .command('serve')
    .description('serve one client over stdio, or many over HTTP')
    .option('--http', 'listen for Streamable HTTP');
  addFlags(serve, httpVariables);
  serve.action(async (options: Readonly<Record<string, unknown>>) => {
    if (options.http === true) return serveHttp(run.terminal, await configureAloud(run, serve));
    if (Object.keys(options).length > 0) serve.error('--host, --port and --allowed-hosts need --http');
    return startStdio(run, serve);
  });
};

const addCommands = (program: Command, run: Run): void => {
  const { terminal } = run;
  program
    .command('stats')
    .description('count what is stored')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }, command: Command) =>
      stats(terminal, await configureAloud(run, command), json === true),
    );
  program
    .command('config')
    .description('print each setting and where it comes from')
    .action((_options: unknown, command: Command) => printConfig(run, command));
  program
    .command('doctor')
    .description('check the configuration and the store')
    .option('--json', 'for programs')
    .option('--fix', 'make the index of words anew')
    .action(async ({ json, fix }: { json?: true; fix?: true }, command: Command) => {
      const config = fix ? await configureAloud(run, command) : configure(run, command);
      run.exitCode = await doctor(terminal, config, { json: json === true, fix: fix === true });
    });
  program
    .command('backup')
    .description('copy the store while it is in use, and print where the copy is')
    .argument('[path]', 'where to; it must not exist (default: beside the store, with the time in its name)')
    .action(async (path: string | undefined, _options: unknown, command: Command) =>
      backup(terminal, await configureAloud(run, command), path),
    );
};

const createProgram = (run: Run): Command => {
  const { terminal } = run;
  const program = new Command('graph-memory')
    .description('Durable, shareable graph memory for AI coding assistants, over MCP')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', epilogue)
    // Subcommands copy these settings, so they come before them.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      outputError: (text) =>
        void complain(terminal, `${text.trim().replace(/^error: |\.$/g, '')}; see graph-memory --help`),
    });
  addFlags(program, globalVariables);
  addServe(program, run);
  addCommands(program, run);
  addTransferCommands(program, run, (command) => configureAloud(run, command));
  addCopy(program, run, (command, settings) => configureAloud(run, command, settings));
  addExplainAccess(program, run, (command) => configureAloud(run, command));
  addMigrate(program, run, (command) => configureAloud(run, command));
  program.allowExcessArguments().action(async () => {
    const [unknown] = program.args;
    if (unknown !== undefined) program.error(`unknown command '${unknown}'`);
    await startStdio(run, program);
  });
  return program;
};

/** Runs one command line to its end and returns the exit code. Faults that are ours are thrown. */
export const runCli = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const run: Run = { terminal, exitCode: 0 };
  terminal.stdout.on('error', () => undefined);
  try {
    await createProgram(run).parseAsync([...argv], { from: 'user' });
    return run.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
    if (!isAppError(error) || error.code === 'internal') throw error;
    await complain(terminal, `${error.code}: ${error.message}`);
    return errorTable[error.code].exitCode;
  }
};
