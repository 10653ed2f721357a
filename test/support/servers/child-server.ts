import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A port of the loopback interface that nothing listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Ends with its standard input, and that ends with us, however we end. What it kept is thrown away: it need not tidy up. */
const tied = 'exec 3<&0; "$@" & server=$!; (cat <&3 >&2; kill -KILL "$server") & wait "$server"';

/** A server in a process of its own. Its output is kept in a file and shown when it does not come up. */
export class ChildServer {
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #ended: string | null = null;

  constructor(command: string, words: readonly string[], logFile: string) {
    this.#logFile = logFile;
    this.#child = spawn('sh', ['-c', tied, 'sh', command, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    const log = createWriteStream(logFile);
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#child.on('error', (error) => {
      this.#ended = error.message;
    });
    this.#child.on('exit', (code) => {
      this.#ended = `it ended with code ${code}`;
    });
    // A vitest that is told to end does not wait for it.
    this.#child.unref();
  }

  /** Tries `attempt` until it succeeds. */
  async ready(attempt: (log: string) => Promise<void>, deadlineMs: number): Promise<void> {
    const deadline = Date.now() + deadlineMs;
    for (;;) {
      const log = await readFile(this.#logFile, 'utf8').catch(() => '');
      let cause: unknown = this.#ended;
      if (this.#ended === null) {
        try {
          await attempt(log);
          return;
        } catch (error) {
          cause = error;
        }
      }
      if (this.#ended !== null || Date.now() > deadline) {
        await this.stop();
        throw new Error(`the server did not come up (${cause}); its log ends:\n${log.slice(-2_000)}`);
      }
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    if (this.#ended !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.ref();
    this.#child.stdin?.end();
    await exit;
  }
}
