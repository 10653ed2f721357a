import { readFile, realpath, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readRemotes } from './project/git-config.ts';
import { isRooted, localPath, normalizePath } from './project/path.ts';
import { parseRemote } from './project/remote.ts';

const manifests = [
  ...['package.json', 'deno.json', 'pyproject.toml', 'setup.py', 'requirements.txt', 'Cargo.toml', 'go.mod', 'pom.xml'],
  ...['build.gradle', 'build.gradle.kts', 'Gemfile', 'composer.json', 'mix.exs', 'CMakeLists.txt', 'Package.swift'],
];

/** A clone of a clone of a clone is followed this far. */
const mostHops = 5;
const mostBytes = 1_000_000;

const readSmall = async (path: string): Promise<string | null> => {
  try {
    // Opening something else than a file, such as a named pipe, may wait for ever.
    const found = await stat(path);
    return found.isFile() && found.size <= mostBytes ? await readFile(path, 'utf8') : null;
  } catch {
    return null;
  }
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const real = async (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

const homeFolder = (): string => {
  try {
    return homedir();
  } catch {
    // A user id that the system has no entry for, as in some containers.
    return '/';
  }
};

/** The folder and those above it, up to a place that is nobody's project: the root, the home folder or the temporary one. */
const candidates = async (start: string): Promise<readonly string[]> => {
  const ends = new Set(await Promise.all([homeFolder(), tmpdir(), '/tmp'].map(real)));
  const found: string[] = [];
  for (let folder = await real(start); !ends.has(folder) && folder !== dirname(folder); folder = dirname(folder)) {
    found.push(folder);
  }
  return found;
};

/** On a share. It is never looked into: a checkout's files could make this process log in to a stranger's server. */
const isShare = (path: string): boolean => /^[\\/]{2}/.test(path);

/** The folder that holds the repository's own files, whatever worktree `folder` is; null if it is none's top. */
const commonDirectory = async (folder: string): Promise<string | null> => {
  const dotGit = join(folder, '.git');
  const pointer = /^gitdir: *(.+?)\s*$/m.exec((await readSmall(dotGit)) ?? '')?.[1];
  if (pointer !== undefined && isShare(pointer)) return null;
  const gitDirectory = pointer === undefined ? dotGit : resolve(folder, localPath(pointer, process.platform));
  if (!(await exists(join(gitDirectory, 'HEAD')))) return null;
  const common = (await readSmall(join(gitDirectory, 'commondir')))?.trim();
  return real(common && !isShare(common) ? resolve(gitDirectory, common) : gitDirectory);
};

const isBare = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, 'HEAD'))) && (await exists(join(folder, 'objects'))) && exists(join(folder, 'refs'));

const folderIdentity = (common: string): string => normalizePath(common).replace(/\/?\.git$/, '');

const repositoryIdentity = async (common: string, top: string, hops: number): Promise<string> => {
  const remotes = readRemotes((await readSmall(join(common, 'config'))) ?? '');
  const url = remotes.get('origin') ?? remotes.values().next().value;
  const remote = url === undefined ? null : parseRemote(url);
  if (remote === null) return folderIdentity(common);
  if (remote.kind === 'host') return remote.identity;
  if (isShare(remote.path) || hops >= mostHops) return normalizePath(remote.path);
  const source = await real(resolve(top, localPath(remote.path, process.platform)));
  const sourceCommon = (await commonDirectory(source)) ?? ((await isBare(source)) ? source : null);
  if (sourceCommon === common) return folderIdentity(common);
  return sourceCommon === null ? folderIdentity(source) : repositoryIdentity(sourceCommon, source, hops + 1);
};

/**
 * The identity of the project that a folder belongs to, the same in each of its worktrees and clones: the address of the remote
 * `origin` (else of the first one), else the path of the repository, else the path of the nearest folder with a manifest.
 * Null outside a project. Reads git's files itself; what is malformed is passed over. Never throws.
 */
export const detectProject = async (cwd: string): Promise<string | null> => {
  const folders = await candidates(cwd);
  for (const folder of folders) {
    const common = await commonDirectory(folder);
    if (common !== null) return repositoryIdentity(common, folder, 0);
  }
  for (const folder of folders) {
    const here = await Promise.all(manifests.map((name) => exists(join(folder, name))));
    if (here.includes(true)) return normalizePath(folder);
  }
  return null;
};

const looksLikeAddress = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^[^\s/:@]+@[^\s/:@]+:\S/.test(text);

/**
 * What a caller may write for a project: a path (absolute, or beginning with `~` or a dot) gives the identity of what is there, a remote's
 * address the same as the remote would. Any other text is a name and comes back trimmed.
 */
export const resolveProject = async (text: string, cwd: string): Promise<string> => {
  const name = text.trim();
  if (looksLikeAddress(name)) {
    const remote = parseRemote(name);
    if (remote === null) return name;
    return remote.kind === 'host' ? remote.identity : resolveProject(remote.path, cwd);
  }
  const fromHome = /^~(?=$|[\\/])/.test(name);
  const rooted = isRooted(name);
  if (!fromHome && !rooted && !/^\.{1,2}(?=$|[\\/])/.test(name)) return name;
  const path = fromHome ? join(homeFolder(), name.slice(1)) : resolve(cwd, localPath(name, process.platform));
  if (isShare(name) || name.includes('\0') || !(await exists(path))) {
    return rooted || fromHome ? normalizePath(rooted ? name : path) : name;
  }
  return (await detectProject(path)) ?? normalizePath(await real(path));
};
