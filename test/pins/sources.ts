import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Paths are relative to the repository and use `/` everywhere. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** The text with comments blanked out, line for line. */
  readonly code: string;
}

export const readText = (path: string): string => readFileSync(resolve(root, path), 'utf8');

const literalOrComment = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

const withoutComments = (text: string): string =>
  text.replace(literalOrComment, (found, literal: string | undefined) => literal ?? found.replace(/[^\n]/g, ' '));

export const listFiles = (folder: string): string[] =>
  readdirSync(resolve(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, resolve(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('node_modules/') && !path.startsWith('.ci/out/'))
    .sort();

export const sources = (...folders: string[]): Source[] =>
  folders
    .flatMap(listFiles)
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => {
      const text = readText(path);
      return { path, text, code: withoutComments(text) };
    });

/** What a file imports, statically, dynamically or as a type: repository paths, or package names as written. */
export const importsOf = ({ path, code }: Source): string[] =>
  [...code.matchAll(/(?:\bfrom|\bimport\s*\(|\bimport)\s*'([.@\w][^'\s]*)'/g)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.normalize(posix.join(dirname(path), specifier)) : specifier,
  );

/** Every line that matches, as `path:line: text`. */
export const linesMatching = (files: readonly Source[], pattern: RegExp, of: 'text' | 'code' = 'code'): string[] =>
  files.flatMap((file) =>
    file[of]
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${line.trim()}`] : [])),
  );
