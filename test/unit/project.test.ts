import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { detectProject, resolveProject } from '../../src/project.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const quiet = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
const git = (cwd: string, ...args: readonly string[]): void => {
  execFileSync('git', [...args], { cwd, env: quiet, stdio: 'ignore' });
};
const folder = (...parts: readonly string[]): string => {
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};
const repository = (name: string, remotes: Readonly<Record<string, string>> = {}): string => {
  const path = folder(name);
  git(path, 'init', '-q');
  git(path, 'commit', '-q', '--allow-empty', '-m', 'first');
  for (const [remote, url] of Object.entries(remotes)) git(path, 'remote', 'add', remote, url);
  return path;
};

describe('a repository with a remote', () => {
  test('is known by it, from any folder inside', async () => {
    const path = repository('remote', {
      upstream: 'https://example.com/up/stream',
      origin: 'git@GitHub.com:Owner/Repo.git',
    });
    expect(await detectProject(path)).toBe('github.com/Owner/Repo');
    expect(await detectProject(folder('remote', 'src', 'deep'))).toBe('github.com/Owner/Repo');
  });

  test('is known by the first one where none is called origin', async () => {
    const path = repository('first', { zeta: 'https://example.com/z/z', alpha: 'https://example.com/a/a' });
    expect(await detectProject(path)).toBe('example.com/z/z');
  });

  test('is the same after it was moved, and through a symbolic link', async () => {
    const path = repository('before-move', { origin: 'ssh://git@example.com:2222/team/moved.git' });
    const moved = join(root, 'after-move');
    renameSync(path, moved);
    symlinkSync(moved, join(root, 'link'));
    expect(await detectProject(moved)).toBe('example.com/team/moved');
    expect(await detectProject(join(root, 'link'))).toBe('example.com/team/moved');
  });
});

describe('a repository without a remote', () => {
  test('is its path, for its worktrees and their folders too', async () => {
    const path = repository('plain');
    git(path, 'worktree', 'add', '-q', join(root, 'plain-worktree'), '-b', 'side');
    git(path, 'worktree', 'add', '-q', join(path, 'inside', 'worktree'), '-b', 'inner');
    expect(await detectProject(path)).toBe(path);
    expect(await detectProject(join(root, 'plain-worktree'))).toBe(path);
    expect(await detectProject(folder('plain-worktree', 'src'))).toBe(path);
    expect(await detectProject(join(path, 'inside', 'worktree'))).toBe(path);
  });

  test('gives its identity to its clones, and to their clones', async () => {
    const path = repository('original');
    git(root, 'clone', '-q', path, 'clone');
    git(root, 'clone', '-q', `file://${join(root, 'clone')}`, 'clone-of-clone');
    expect(await detectProject(join(root, 'clone'))).toBe(path);
    expect(await detectProject(join(root, 'clone-of-clone'))).toBe(path);
  });

  test('may be bare, with worktrees beside it', async () => {
    git(root, 'clone', '-q', '--bare', repository('seed', { origin: 'https://example.com/o/seed' }), 'layout/.bare');
    git(folder('layout', '.bare'), 'worktree', 'add', '-q', join(root, 'layout', 'main-tree'));
    expect(await detectProject(join(root, 'layout', 'main-tree'))).toBe('example.com/o/seed');
    git(root, 'clone', '-q', join(root, 'layout', '.bare'), 'clone-of-bare');
    expect(await detectProject(join(root, 'clone-of-bare'))).toBe('example.com/o/seed');
  });

  test('that names itself or its own clone as its remote comes to an end', async () => {
    const path = repository('mirror');
    git(path, 'remote', 'add', 'origin', '.');
    expect(await detectProject(path)).toBe(path);
    const other = repository('ring');
    git(other, 'remote', 'add', 'origin', '../ring-clone');
    git(root, 'clone', '-q', other, 'ring-clone');
    expect(typeof (await detectProject(other))).toBe('string');
  });
});

describe('a submodule', () => {
  test('is a project of its own', async () => {
    const path = repository('super', { origin: 'https://example.com/o/super' });
    const part = repository('part', { origin: 'https://example.com/o/part' });
    git(path, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', part, 'vendored');
    expect(await detectProject(join(path, 'vendored'))).toBe('example.com/o/part');
    expect(await detectProject(path)).toBe('example.com/o/super');
  });
});

describe('git files that are not in order', () => {
  const broken = (name: string, dotGit: string): string => {
    const path = folder(name);
    writeFileSync(join(path, '.git'), dotGit);
    return path;
  };

  test('are passed over', async () => {
    expect(await detectProject(broken('empty', ''))).toBeNull();
    expect(await detectProject(broken('gone', 'gitdir: /nowhere/at/all\n'))).toBeNull();
    expect(await detectProject(broken('noise', '\0\0gitdir'))).toBeNull();
    expect(await detectProject(broken('share', 'gitdir: //server/share/.git'))).toBeNull();
    expect(await detectProject(broken('loop', 'gitdir: .git'))).toBeNull();
    mkdirSync(folder('hollow', '.git'), { recursive: true });
    expect(await detectProject(join(root, 'hollow'))).toBeNull();
  });

  test('fall back to the repository around them', async () => {
    const path = repository('outer', { origin: 'https://example.com/o/outer' });
    expect(await detectProject(broken('outer/inner', 'gitdir: /nowhere'))).toBe('example.com/o/outer');
    expect(await detectProject(path)).toBe('example.com/o/outer');
  });

  test('such as a pipe in place of the file do not hang', async () => {
    const path = folder('pipe');
    execFileSync('mkfifo', [join(path, '.git')]);
    expect(await detectProject(path)).toBeNull();
  });

  test('such as a config of rubbish leave the path', async () => {
    const path = repository('rubbish');
    writeFileSync(
      join(path, '.git', 'config'),
      '[remote "origin\nurl = \n[[[\n= x\n[remote "b"] url = ext::sh -c touch\n',
    );
    expect(await detectProject(path)).toBe(path);
    writeFileSync(
      join(path, '.git', 'config'),
      `[remote "origin"]\n\turl = https://example.com/o/big\n${'#'.repeat(1_000_001)}`,
    );
    expect(await detectProject(path)).toBe(path);
  });
});

describe('a folder without git', () => {
  test('is a project where a manifest stands in it or above it', async () => {
    const path = folder('manifest');
    writeFileSync(join(path, 'pyproject.toml'), '');
    expect(await detectProject(path)).toBe(path);
    expect(await detectProject(folder('manifest', 'a', 'b'))).toBe(path);
    expect(await detectProject(folder('nothing', 'here'))).toBeNull();
    expect(await detectProject(join(root, 'does-not-exist'))).toBeNull();
  });

  test('is none at the root, in the temporary folder, or at home even if that is a repository', async () => {
    expect(await detectProject('/')).toBeNull();
    expect(await detectProject(tmpdir())).toBeNull();
    expect(await detectProject(homedir())).toBeNull();
    const home = repository('home', { origin: 'https://example.com/me/dotfiles' });
    const documents = folder('home', 'documents');
    vi.stubEnv('HOME', home);
    try {
      expect(await detectProject(home)).toBeNull();
      expect(await detectProject(documents)).toBeNull();
      writeFileSync(join(documents, 'go.mod'), '');
      expect(await resolveProject('~/documents', '/')).toBe(documents);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a project that a caller names', () => {
  test('by a path that exists is what is there', async () => {
    const path = repository('named', { origin: 'https://example.com/o/named' });
    expect(await resolveProject(` ${path} `, '/')).toBe('example.com/o/named');
    expect(await resolveProject('./named', root)).toBe('example.com/o/named');
    expect(await resolveProject('..', folder('named', 'src'))).toBe('example.com/o/named');
    expect(await resolveProject(`${folder('bare-folder')}/`, '/')).toBe(join(root, 'bare-folder'));
  });

  test.each([
    ['https://user:secret@GitHub.com/Owner/Repo.git', 'github.com/Owner/Repo'],
    ['git@github.com:owner/repo.git', 'github.com/owner/repo'],
    ['  my project ', 'my project'],
    ['team:alpha', 'team:alpha'],
    ['named', 'named'],
    ['./not-there', './not-there'],
    ['C:\\Code\\App\\', 'c:/Code/App'],
    ['/mnt/c/Code/App', 'c:/Code/App'],
    ['/no/such/folder/', '/no/such/folder'],
    ['/no\0pe', '/no\0pe'],
    ['', ''],
  ])('%j is %j', async (text, identity) => {
    expect(await resolveProject(text, root)).toBe(identity);
  });
});
