import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { importTable, lintOverride, mayImport, partOf } from './import-table.ts';
import { importsOf, linesMatching, listFiles, readText, root, type Source, sources } from './sources.ts';

const shipped = sources('src', 'backends');
const scripts = sources('scripts');
const tests = sources('test').filter(({ path }) => !path.startsWith('test/tools/'));
const everything = [...shipped, ...scripts, ...tests];

const except = (files: readonly Source[], ...places: string[]): Source[] =>
  files.filter(({ path }) => !places.some((place) => path === place || path.startsWith(`${place}/`)));

const lineCount = ({ text }: Source): number => text.trimEnd().split('\n').length;

test('every shipped file and script has its row in the import table, and every row has a file', () => {
  const files = [...shipped, ...scripts].map(({ path }) => path);
  expect(files.filter((path) => partOf(path) === undefined)).toEqual([]);
  const used = new Set(files.map(partOf));
  expect(importTable.map(({ part }) => part).filter((part) => !used.has(part))).toEqual([]);
});

test('imports go one way, as docs/architecture.md says', () => {
  const broken = [...shipped, ...scripts].flatMap((file) => {
    const rule = importTable.find(({ part }) => part === partOf(file.path));
    return rule
      ? importsOf(file)
          .filter((target) => !mayImport(rule, target))
          .map((target) => `${file.path} → ${target}`)
      : [];
  });
  expect(broken).toEqual([]);
});

test('the import table has no way back: no two parts can reach each other', () => {
  const next = new Map(importTable.map(({ part, parts }) => [part, parts]));
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    (next.get(from) ?? []).some((part) => part === goal || (!seen.has(part) && reaches(part, goal, seen.add(part))));
  expect(importTable.map(({ part }) => part).filter((part) => reaches(part, part))).toEqual([]);
});

test('the linter restricts imports by the same table', () => {
  const config = JSON.parse(readText('biome.json')) as { overrides: unknown[] };
  const restricting = config.overrides.filter((override) => JSON.stringify(override).includes('noRestrictedImports'));
  const expected = importTable.filter(({ libraries }) => !libraries.includes('*')).map(lintOverride);
  expect(restricting, 'run: npm run lint:rules').toEqual(expected);
});

test('a backend is named in its own folder, in the registry and in the configuration only', () => {
  const names = ['sqlite', 'neo4j', 'memgraph', 'falkordb', 'falkordblite'];
  const named = names.flatMap((name) => {
    // An embedded one is the same database started by us.
    const own = [`backends/${name}`, `backends/${name}lite`];
    const files = except(shipped, 'backends/index.ts', 'src/config.ts', 'src/config', ...own);
    return linesMatching(files, new RegExp(`(?<![a-z])${name}(?!-driver|[a-z])`), 'text');
  });
  expect(named).toEqual([]);
});

test('no file is too long, and the median stays small', () => {
  const tooLong = (files: readonly Source[], limit: number): string[] =>
    files.filter((file) => lineCount(file) > limit).map((file) => `${file.path}: ${lineCount(file)}`);
  expect([...tooLong([...shipped, ...scripts], 400), ...tooLong(tests, 500)]).toEqual([]);
  const lengths = shipped.map(lineCount).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
});

test('the environment is read in one place, and the process ended in one place', () => {
  expect(
    linesMatching(
      except(shipped, 'src/config.ts', 'src/config'),
      /\bprocess\s*\.\s*env\b|\benv\b.*from 'node:process'/,
    ),
  ).toEqual([]);
  expect(linesMatching(except(shipped, 'src/main.ts'), /\bprocess\s*\.\s*(exit|argv)\b/)).toEqual([]);
});

test('the clock and the random source are passed in', () => {
  const pure = shipped.filter(({ path }) => /^src\/(domain|storage|search|auth|service|tools)\//.test(path));
  expect(linesMatching(pure, /\bDate\.now\(|\bnew Date\(\)|\brandomUUID\(|\bMath\.random\(/)).toEqual([]);
});

test('nothing shipped writes to the console', () => {
  expect(linesMatching(shipped, /\bconsole\s*\./)).toEqual([]);
});

test('one cast makes a TenantScope', () => {
  const casts = linesMatching(
    everything,
    /\bas\s+(unknown\s+as\s+)?((Tenant|Caller)?Scope|WholeStore)\b|<(TenantScope|CallerScope|WholeStore)>\s*\{/,
  );
  expect(casts.map((line) => line.split(':')[0])).toEqual(['src/auth/policy.ts']);
});

test('no enum and no default export', () => {
  expect(linesMatching(everything, /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s/)).toEqual([]);
  expect(linesMatching(everything, /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/)).toEqual([]);
});

test('file names are kebab-case and name an idea', () => {
  const files = everything.map(({ path }) => path.split('/').at(-1) ?? '');
  expect(files.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?\.(ts|mjs)$/.test(name))).toEqual([]);
  expect(files.filter((name) => /^(utils?|helpers?|types|common|misc|.*-?manager|base(-.*)?)\./.test(name))).toEqual(
    [],
  );
});

test('no path of one machine', () => {
  const documents = ['docs', '.ci'].flatMap(listFiles).map((path) => ({ path, text: readText(path), code: '' }));
  const here = [root, homedir(), '/work', '/root'].map((path) => `${path.replaceAll('/', '\\/')}\\/`);
  const ours = [...everything, ...documents].filter(({ path }) => path !== 'test/pins/architecture.test.ts');
  expect(linesMatching(ours, new RegExp(here.join('|')), 'text')).toEqual([]);
});

test('no marks of work in progress', () => {
  expect(
    linesMatching(everything, /\b(TODO|FIXME|XXX|HACK)\b(?!\()/, 'text').filter(
      (line) => !line.startsWith('test/pins/'),
    ),
  ).toEqual([]);
});
