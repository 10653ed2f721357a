import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const place = (path: string): string => resolve(import.meta.dirname, 'node_modules', path);

/** Third-party programs that tests drive. They are installed apart, because together they are larger than the server. */
export const programs = {
  node22: place('node-22/bin/node'),
  conformanceStable: place('conformance-stable/dist/index.js'),
  conformanceNext: place('conformance-next/dist/index.js'),
  cypherLinter: place('@neo4j-cypher/language-support/dist/cjs/index.cjs'),
  inspector: place('@modelcontextprotocol/inspector/clients/launcher/build/index.js'),
};

const missing = Object.values(programs).some((path) => !existsSync(path));

/** Whether to leave out tests that need these programs. `REQUIRE_TOOLS=1` turns leaving out into failing. */
export const skipsTools = missing && process.env.REQUIRE_TOOLS !== '1';

if (skipsTools) console.warn('Skipped: third-party tools are not installed; run `npm ci --prefix test/tools`.');

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end with the environment that is given, `PATH` apart. Killed after `timeoutMs`. */
export const run = (
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number },
): Promise<Outcome> =>
  new Promise((settle, fail) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, HOME: options.cwd, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 120_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', fail);
    child.once('close', (exitCode) => settle({ exitCode, stdout, stderr }));
  });
