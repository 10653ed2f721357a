import { describe, expect, test } from 'vitest';
import { readRemotes } from '../../src/project/git-config.ts';
import { localPath, normalizePath } from '../../src/project/path.ts';
import { parseRemote } from '../../src/project/remote.ts';

describe('the address of a remote', () => {
  test.each([
    'https://example.com/Owner/repo',
    'https://example.com/Owner/repo.git',
    'https://EXAMPLE.com:8443/Owner/repo.git/',
    'https://me:p%40ss@example.com/Owner//repo?x=1#y',
    'http://example.com/Owner/repo',
    'ssh://git@example.com:22/Owner/repo.git',
    'git+ssh://git@example.com/Owner/repo.git',
    'git://example.com/Owner/repo.git',
    'git@example.com:Owner/repo.git',
    'git@example.com:/Owner/repo.git',
    'example.com:Owner/repo',
    ' https://example.com/Owner/repo\n',
  ])('%j is one repository', (url) => {
    expect(parseRemote(url)).toEqual({ kind: 'host', identity: 'example.com/Owner/repo' });
  });

  test.each([
    ['https://git.example.com/group/sub/My%20Repo', 'git.example.com/group/sub/My Repo'],
    ['https://[::1]:3000/o/r', '[::1]/o/r'],
    ['https://example.com/100%/r', 'example.com/100%/r'],
  ])('%j is %j', (url, identity) => {
    expect(parseRemote(url)).toEqual({ kind: 'host', identity });
  });

  test.each([
    ['/srv/git/r.git', '/srv/git/r.git'],
    ['../r', '../r'],
    ['./a:b', './a:b'],
    ['C:\\repos\\r', 'C:\\repos\\r'],
    ['file:///srv/r', '/srv/r'],
    ['file://localhost/srv/a%20b', '/srv/a b'],
    ['file:///C:/repos/r', 'C:/repos/r'],
    ['\\\\server\\share\\r', '\\\\server\\share\\r'],
  ])('%j is the path %j', (url, path) => {
    expect(parseRemote(url)).toEqual({ kind: 'path', path });
  });

  test.each(['', ' ', 'ext::sh -c evil', 'https://', 'https://example.com', 'https:///x', 'a\0b'])(
    '%j is none',
    (url) => {
      expect(parseRemote(url)).toBeNull();
    },
  );

  test('of no reasonable length is none', () => {
    expect(parseRemote(`https://example.com/o/${'x'.repeat(5_000)}`)).toBeNull();
    expect(parseRemote(`https://example.com/o/${'x'.repeat(1_000)}`)).toBeNull();
  });
});

describe('a path', () => {
  test.each([
    ['C:\\Users\\bob\\app\\', 'c:/Users/bob/app'],
    ['c:/Code//bob/app', 'c:/Code/bob/app'],
    ['/mnt/c/Users/bob/app', 'c:/Users/bob/app'],
    ['\\\\?\\C:\\Users\\bob\\app', 'c:/Users/bob/app'],
    ['C:', 'c:/'],
    ['/mnt/c', 'c:/'],
    ['\\\\wsl$\\Ubuntu\\home\\bob', '/home/bob'],
    ['\\\\wsl.localhost\\Ubuntu\\home\\bob', '/home/bob'],
    ['\\\\server\\share\\x\\', '//server/share/x'],
    ['/mnt/code/app', '/mnt/code/app'],
    ['/home/bob/a\\b/', '/home/bob/a\\b'],
    ['/', '/'],
  ])('%j is spelt %j', (text, normal) => {
    expect(normalizePath(text)).toBe(normal);
    expect(normalizePath(normal)).toBe(normal);
  });

  test('of the other system is found where this one has it', () => {
    expect(localPath('C:\\x\\y', 'linux')).toBe('/mnt/c/x/y');
    expect(localPath('/mnt/c/x/y', 'win32')).toBe('c:/x/y');
    expect(localPath('/home/user', 'linux')).toBe('/home/user');
    expect(localPath('../x', 'win32')).toBe('../x');
  });
});

describe('the remotes of a git config', () => {
  test('are read as git reads them', () => {
    const text = [
      '\uFEFF[core]\r\n\tbare = false',
      '[remote "origin"] ; comment',
      '  fetch = +refs/heads/*:refs/remotes/origin/*',
      '  URL = "https://example.com/o/a#b" # not this',
      '  url = https://example.com/second',
      '[Remote "With \\"quotes\\""]',
      'url=https://example.com/\\',
      'long',
      '[remote.OLD]',
      'url = https://example.com/old ; comment',
      '[remote "empty"]',
      'url =',
      '[remotes "x"]',
      'url = no',
      '[remote "inline"] url = x:y',
    ].join('\n');
    expect([...readRemotes(text)]).toEqual([
      ['origin', 'https://example.com/o/a#b'],
      ['With "quotes"', 'https://example.com/long'],
      ['old', 'https://example.com/old'],
      ['inline', 'x:y'],
    ]);
  });
});
