import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import type { Draft } from './corpus.ts';
import { type FilledStore, fillStore, type Owners } from './filled-store.ts';
import { environment, type StdioServer, startServer } from './stdio-server.ts';

export const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/graph-memory.cjs');

/** What the sections share: a folder that is removed at the end, stores that are filled once, and the servers that run on them. */
export class BenchContext {
  readonly folder: string;
  readonly large: boolean;
  readonly #stores = new Map<string, FilledStore>();
  readonly #servers = new Set<StdioServer>();
  #echo: Promise<string> | undefined;

  constructor(folder: string, large: boolean) {
    this.folder = folder;
    this.large = large;
  }

  async store(size: number, owners: Owners | null = null): Promise<FilledStore> {
    const key = JSON.stringify([size, owners]);
    const found = this.#stores.get(key) ?? (await fillStore(this.folder, size, owners));
    this.#stores.set(key, found);
    return found;
  }

  /** The published bundle on a store. */
  serve(path: string, settings: NodeJS.ProcessEnv = {}): Promise<StdioServer> {
    return this.serveWith({ MEMORY_SQLITE_PATH: path, ...settings });
  }

  /** The published bundle with these settings. */
  serveWith(settings: NodeJS.ProcessEnv): Promise<StdioServer> {
    return this.#start(program, settings);
  }

  /** The same kind of server around a tool that does nothing. */
  async serveEcho(): Promise<StdioServer> {
    this.#echo ??= this.#buildEcho();
    return this.#start(await this.#echo, {});
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers].map((server) => server.stop()));
    this.#servers.clear();
  }

  async #start(file: string, settings: NodeJS.ProcessEnv): Promise<StdioServer> {
    const server = await startServer(file, this.folder, environment(this.folder, settings));
    this.#servers.add(server);
    return server;
  }

  async #buildEcho(): Promise<string> {
    const outdir = join(this.folder, 'echo');
    await bundle({ outdir, entry: join(import.meta.dirname, 'echo-main.ts') });
    return join(outdir, 'graph-memory.cjs');
  }
}

/** Calls that are made and not counted, until code and pages are warm. */
export const warmUp = async (times: number, call: (round: number) => unknown): Promise<void> => {
  for (let round = 0; round < times; round += 1) await call(round);
};

/** The project is left out: the server finds it, as it does for most clients. */
export const storeArguments = (draft: Draft): object => ({
  type: draft.type,
  title: draft.title,
  content: draft.content,
  tags: draft.tags,
  importance: draft.importance,
  context: { languages: draft.languages, files_involved: draft.files },
});
