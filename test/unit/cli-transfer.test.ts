import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCli } from '../../src/cli/cli.ts';
import { loadConfig } from '../../src/config.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import { deleteMemory } from '../../src/service/delete-memory.ts';
import { storeMemory } from '../../src/service/store-memory.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-transfer-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Options {
  readonly input?: string;
  readonly terminal?: boolean;
}

const run = async (name: string, args: readonly string[], { input = '', terminal = false }: Options = {}) => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (terminal) Object.assign(stdin, { isTTY: true });
  stdin.end(input);
  const env = { HOME: home, MEMORY_SQLITE_PATH: join(home, name, 'memory.db') };
  const code = await runCli(args, { stdin, stdout, stderr, env, argv: ['node', 'graph-memory'] });
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, out: text(stdout), err: text(stderr) };
};

/** Stores memories `daysAgo` and deletes those whose title begins with `Trash`. */
const fill = async (name: string, titles: readonly string[], daysAgo = 0, project = 'p'): Promise<MemoryId[]> => {
  const env = { HOME: home, MEMORY_SQLITE_PATH: join(home, name, 'memory.db') };
  const app = createApp(loadConfig({ env }), { now: () => Date.now() - daysAgo * 86_400_000 });
  const context = await app.contextFor();
  const ids: MemoryId[] = [];
  const links: { memoryId: MemoryId; type: 'SOLVES' }[] = [];
  for (const title of titles) {
    const memory = { type: 'general', title, content: `About ${title}`, summary: null, tags: ['two words'] } as const;
    const draft = { ...memory, importance: 0.5, confidence: 0.8, context: { projectPath: project } };
    const { id } = await storeMemory(context, { memory: draft, links, idempotencyKey: null });
    if (links.length === 0) links.push({ memoryId: id, type: 'SOLVES' });
    ids.push(id);
  }
  for (const [index, title] of titles.entries()) {
    if (title.startsWith('Trash')) await deleteMemory(context, ids[index] as MemoryId, null, null);
  }
  await app.close();
  return ids;
};

const body = (file: string): string => file.slice(file.indexOf('\n'));

test('export goes to stdout or to a new file for its owner, and import brings it back', async () => {
  await fill('source', ['One', 'Two', 'Trash']);
  const piped = await run('source', ['export']);
  expect([piped.code, piped.err]).toEqual([0, 'graph-memory: exported 3 memories, 2 relationships and 6 changes\n']);
  const path = join(home, 'out.jsonl');
  expect(await run('source', ['export', '--output', path])).toMatchObject({ code: 0, out: '' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(body(readFileSync(path, 'utf8'))).toBe(body(piped.out));

  const again = await run('source', ['export', '--output', path]);
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/^graph-memory: invalid_input: [^\n]+\n$/)]);
  const nowhere = await run('source', ['export', '--output', join(home, 'no', 'folder', 'x')]);
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringMatching(/cannot be written there/)]);
  expect(readdirSync(home).filter((name) => name.includes('partial'))).toEqual([]);

  const dry = await run('target', ['import', path, '--dry-run', '--json']);
  const created = { memory: 3, relationship: 2, change: 6 };
  expect(JSON.parse(dry.out)).toMatchObject({ dry_run: true, created, conflicts: [] });
  const done = await run('target', ['import', '-'], { input: piped.out });
  expect([done.code, done.err]).toEqual([0, '']);
  expect(done.out).toContain('created      3 memories, 2 relationships, 6 changes\n');
  expect(body((await run('target', ['export'])).out)).toBe(body(piped.out));
});

test('a reader that goes away ends the export with a fault', async () => {
  await fill('piped', ['One']);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdout.destroy();
  const env = { HOME: home, MEMORY_SQLITE_PATH: join(home, 'piped', 'memory.db') };
  const code = await runCli(['export'], { stdin, stdout, stderr, env, argv: ['node', 'graph-memory'] });
  expect([code, String(stderr.read())]).toEqual([2, expect.stringContaining('the export is not complete')]);
});

test('--project limits an export to what belongs to it', async () => {
  await fill('projects', ['Inside'], 0, 'p');
  await fill('projects', ['Outside'], 0, 'q');
  const all = await run('projects', ['export']);
  expect(all.out).toContain('Outside');
  const { out } = await run('projects', ['export', '--project', 'p']);
  expect(out).toContain('Inside');
  expect(out).not.toContain('Outside');
  expect(out.split('\n')[0]).toContain('"project":"p"');
});

test('a conflict is named, backed up before, and ends with its code', async () => {
  const [id] = await fill('a', ['Same']);
  const { out: file } = await run('a', ['export']);
  await run('b', ['import', '-'], { input: file });
  const app = createApp(loadConfig({ env: { HOME: home, MEMORY_SQLITE_PATH: join(home, 'b', 'memory.db') } }));
  const context = await app.contextFor();
  await deleteMemory(context, id as MemoryId, null, null);
  await app.close();
  const { code, out, err } = await run('b', ['import', '-'], { input: file });
  expect(code).toBe(1);
  const [backup = '', conflict] = err.split('\n');
  expect(existsSync(backup.replace('graph-memory: backup: ', ''))).toBe(true);
  expect(conflict).toMatch(new RegExp(`^graph-memory: conflict: memory ${id} .*version, deleted_at`));
  expect(out).toContain('conflicting  1 memories, 0 relationships, 1 changes');
});

test('an import that cannot be is refused in one line', async () => {
  const path = join(home, 'letter.txt');
  writeFileSync(path, 'Dear aunt,\n');
  const cases = [
    ['import', path],
    ['import', join(home, 'absent.jsonl')],
    ['import', home],
    ['import', '-'],
    ['import', path, '--format', 'csv'],
    ['purge', '--older-than', 'x'],
  ];
  for (const args of cases) {
    const { code, out, err } = await run('refused', args);
    expect([args, code, out]).toEqual([args, 2, '']);
    expect(err).toMatch(/^graph-memory: [^\n]+\n$/);
  }
  expect((await run('refused', ['import', '-', '--read-only'])).code).not.toBe(0);
});

test('purge asks, backs up, and destroys what is old', async () => {
  await fill('trash', ['Kept', 'Trash old'], 40);
  await fill('trash', ['Kept too', 'Trash new'], 1);
  const stored = async (): Promise<string> => body((await run('trash', ['export'])).out);
  const before = await stored();
  expect(await run('trash', ['purge', '--dry-run'])).toMatchObject({
    code: 0,
    out: '1 memory deleted more than 30 days ago would be purged\n',
  });
  const silent = await run('trash', ['purge']);
  expect([silent.code, silent.err]).toEqual([2, expect.stringContaining('--yes')]);
  const no = await run('trash', ['purge'], { input: 'no\n', terminal: true });
  expect([no.code, no.out]).toEqual([0, 'nothing purged\n']);
  expect(await stored()).toBe(before);
  const yes = await run('trash', ['purge'], { input: 'y\n', terminal: true });
  expect([yes.code, yes.out]).toEqual([0, 'purged 1 memory\n']);
  expect(yes.err).toContain('Destroy 1 memory deleted more than 30 days ago');
  const backup = /backup: (.*)/.exec(yes.err)?.[1] ?? '';
  expect(existsSync(backup)).toBe(true);
  expect(await stored()).not.toContain('Trash old');
  const rest = await run('trash', ['purge', '--yes', '--older-than', '0', '--no-backup']);
  expect([rest.code, rest.out, rest.err]).toEqual([0, 'purged 1 memory\n', '']);
  expect(await stored()).toContain('Kept too');
});

test('--format markdown makes a folder of notes that link to each other', async () => {
  const titles = ['A: [[b]]|c/d?', 'a: b c d', 'CON', 'con.txt', '..', `${'🦓'.repeat(100)}`, 'Trash'];
  const ids = await fill('notes', titles);
  const folder = join(home, 'vault');
  expect(await run('notes', ['export', '--format', 'markdown', '--output', folder])).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const names = files.map((file) => file.split('/').at(-1) ?? '');
  expect(files).toHaveLength(9);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[^<>:"/\\|?*#^[\]\s.][^<>:"/\\|?*#^[\]]*\.md$/);
    expect(name).not.toMatch(/^(con|nul)(\.|$)/i);
    expect(Buffer.byteLength(name)).toBeLessThan(255);
  }
  const note = files.find((file) => file.includes((ids[1] ?? '').slice(0, 8))) ?? '';
  const text = readFileSync(join(folder, note), 'utf8');
  expect(text).toMatch(/^---\nid: "[0-9a-f-]+"\ntype: "general"\naliases: \["a: b c d"\]\ntags: \["two-words"\]\n/);
  expect(text).toContain('---\n\n# a: b c d\n\nAbout a: b c d\n\n## Relationships\n\n- SOLVES → [[');
  const links = files.flatMap((file) => [
    ...readFileSync(join(folder, file), 'utf8')
      .replace(/^About.*$/m, '')
      .matchAll(/\[\[([^|\]]+)\|/g),
  ]);
  expect(links.length).toBeGreaterThan(20);
  for (const [, target] of links) expect(names).toContain(`${target}.md`);
  expect((await run('notes', ['export', '--format', 'markdown'])).code).toBe(2);
  expect((await run('notes', ['export', '--format', 'markdown', '--output', folder])).code).toBe(2);
});
