import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../src/errors.ts';
import { findBinaries } from './binaries.ts';
import { type Holder, letGo, noteServer, takeFolder } from './folder-lock.ts';
import { isRunning, nameOf } from './processes.ts';

/** How long it may say nothing before it is given up. It may take any time to read what it keeps. */
const silentMs = 30_000;
const endMs = 15_000;
const pollMs = 20;
/** After which another attempt is made to be heard. */
const answerMs = 1_000;

/** Ends the server when its own input ends, which it does with the process that holds the other end, however that ends. */
const tied = 'exec 3<&0; "$@" & server=$!; echo $server; (cat <&3 >&2; kill -TERM "$server" 2>&1) & wait "$server"';

/** A server whose owner is gone is told to end: it has written what it answered. */
const endFormer = async ({ server, socketFolder }: Holder): Promise<void> => {
  if (socketFolder !== null) rmSync(socketFolder, { recursive: true, force: true });
  if (server === null) return;
  for (const deadline = performance.now() + endMs; isRunning(server); await delay(pollMs)) {
    if (performance.now() > deadline) {
      throw new AppError('store_busy', `The server of an earlier process, ${server.pid}, does not end. End it.`);
    }
    process.kill(server.pid, 'SIGTERM');
  }
};

/** While it reads what it keeps, a server says so. */
type Answer = 'ready' | 'loading' | 'nothing';

const toAnswer = (line: string): Answer => {
  if (line.startsWith('+PONG')) return 'ready';
  return line.startsWith('-LOADING') ? 'loading' : 'nothing';
};

/** What a server says that is asked whether it is there. */
const answerOf = (path: string): Promise<Answer> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (data) => end(toAnswer(data.toString())));
    for (const gone of ['error', 'close']) socket.on(gone, () => end('nothing'));
    socket.setTimeout(answerMs, () => end('nothing'));
  });

interface Running {
  readonly child: ChildProcess;
  readonly socketPath: string;
  /** What is done when this process ends, if the server has not been stopped before. */
  readonly tidy: () => void;
}

/** One server over one folder, for all handles of this process. */
class FolderServer {
  readonly #folder: string;
  readonly #bin: string;
  #running: Promise<Running> | null = null;
  #users = 0;

  constructor(folder: string, bin: string) {
    this.#folder = folder;
    this.#bin = bin;
  }

  /** The path of its socket. */
  async use(): Promise<string> {
    this.#users += 1;
    this.#running ??= this.#start();
    try {
      return (await this.#running).socketPath;
    } catch (error) {
      this.#users -= 1;
      this.#running = null;
      throw error;
    }
  }

  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0 || this.#running === null) return;
    const running = this.#running;
    this.#running = null;
    await this.#stop(await running);
  }

  async #start(): Promise<Running> {
    const { server, module } = findBinaries(this.#bin);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const former = takeFolder(this.#folder);
    // A socket's path may have 107 bytes, which the folder's own may exceed. Nobody else can look into a folder made so.
    const socketFolder = mkdtempSync(join(tmpdir(), 'graph-memory-'));
    const socketPath = join(socketFolder, 'falkordb.sock');
    const tidy = (): void => rmSync(socketFolder, { recursive: true, force: true });
    try {
      if (former !== null) await endFormer(former);
      const where = ['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700', '--dir', this.#folder];
      const lasting = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
      const words = [...where, ...lasting, '--logfile', join(this.#folder, 'server.log'), '--loadmodule', module];
      const child = spawn('sh', ['-c', tied, 'sh', server, ...words], {
        stdio: ['pipe', 'pipe', 'ignore'],
        detached: true,
      });
      await this.#ready(child, socketFolder, socketPath);
      process.once('exit', tidy);
      return { child, socketPath, tidy };
    } catch (error) {
      letGo(this.#folder);
      tidy();
      throw error;
    }
  }

  async #ready(child: ChildProcess, socketFolder: string, socketPath: string): Promise<void> {
    let ended = false;
    child.on('error', () => {
      ended = true;
    });
    child.on('exit', () => {
      ended = true;
    });
    child.stdout?.once('data', (line) => {
      const name = nameOf(Number(String(line).trim()));
      if (name !== null) noteServer(this.#folder, name, socketFolder);
    });
    for (let heard = performance.now(); ; await delay(pollMs)) {
      const answer = await answerOf(socketPath);
      if (answer === 'ready') break;
      if (answer === 'loading') heard = performance.now();
      if (!ended && performance.now() - heard < silentMs) continue;
      child.stdin?.destroy();
      throw new AppError(
        'store_unavailable',
        'The embedded FalkorDB did not start; server.log in its folder says why.',
      );
    }
    // What is left of this process when everything else is done must not wait for it.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as { unref?: () => void } | null)?.unref?.();
  }

  async #stop({ child, tidy }: Running): Promise<void> {
    if (child.exitCode === null) {
      child.ref();
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      child.stdin?.end();
      await Promise.race([ended, delay(endMs, undefined, { ref: false })]);
    }
    letGo(this.#folder);
    tidy();
    process.off('exit', tidy);
  }
}

const servers = new Map<string, FolderServer>();

export const folderServer = (folder: string, bin: string): FolderServer => {
  const server = servers.get(folder) ?? new FolderServer(folder, bin);
  servers.set(folder, server);
  return server;
};
