import { basename } from 'node:path';
import { readText } from './sources.ts';

interface ImportRule {
  /** A folder or a file. */
  readonly part: string;
  readonly parts: readonly string[];
  readonly libraries: readonly string[];
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const parseRow = (line: string): ImportRule[] => {
  const [, part = '', parts = '', libraries = ''] = line.split('|').map((cell) => cell.trim());
  if (!part.startsWith('`')) return [];
  return [
    { part: quoted(part)[0] ?? '', parts: quoted(parts), libraries: libraries === 'any' ? ['*'] : quoted(libraries) },
  ];
};

/** The table of `docs/architecture.md`, which is the one place where the rules are written. */
export const importTable: readonly ImportRule[] = readText('docs/architecture.md')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap(parseRow);

/** A file's part has room in the folder of the same name: `src/config.ts` owns `src/config/`. */
export const partOf = (path: string): string | undefined =>
  importTable.find(({ part }) => path === part || path.startsWith(`${part.replace(/\.ts$/, '')}/`))?.part;

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

export const mayImport = (rule: ImportRule, target: string): boolean => {
  const part = partOf(target);
  if (part !== undefined) return part === rule.part || rule.parts.includes(part);
  if (rule.libraries.includes('*')) return true;
  if (target.startsWith('node:')) return rule.libraries.includes(target) || rule.libraries.includes('node:*');
  return rule.libraries.includes(packageName(target));
};

/** How the linter's patterns name a part, coarsely: the last folders of the specifier, as it is written in `from`. */
const pattern = (part: string, from: string): string => {
  const [top = '', ...rest] = part.split('/');
  const name = from.startsWith(`${top}/`) && rest.length > 0 ? rest.join('/') : part;
  return name.endsWith('.ts') ? `!**/${name}` : `!**/${name}/**`;
};

const libraryPatterns = (name: string): string[] => {
  if (name.endsWith('.json')) return [`!**/${name}`];
  return name.startsWith('node:') && name !== 'node:*' ? [`!${name}`] : [`!${name}`, `!${name}/**`];
};

/**
 * The linter's `overrides` entry for one part: the same rules as far as patterns over specifiers can say them. `../file.ts`
 * passes, which is a part's own file when it is imported from a folder inside.
 */
export const lintOverride = ({ part, parts, libraries }: ImportRule): unknown => {
  const own = part.endsWith('.ts')
    ? ['!./*.ts', `!./${basename(part, '.ts')}/**`]
    : ['!./**', '!../*.ts', pattern(part, part)];
  const others = parts.map((allowed) => pattern(allowed, part));
  const group = ['**', ...own, ...others, ...libraries.flatMap(libraryPatterns)];
  return {
    includes: part.endsWith('.ts') ? [part, `${part.slice(0, -'.ts'.length)}/**`] : [`${part}/**`],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: [{ group }] } } } } },
  };
};
