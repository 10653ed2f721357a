import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of an installed package. */
export interface InstalledFile {
  readonly package: string;
  readonly path: string;
  readonly text: string;
}

const largest = 2_500_000;
/** Parts of packages that say the same as others, or nothing. */
const skipped =
  /(^|\/)(node_modules|cjs|test|tests|locales|dist\/esm|types57)(\/|$)|licen[sc]e|lib\.(webworker|scripthost)/i;

interface Lock {
  readonly packages: Readonly<Record<string, { readonly os?: readonly string[]; readonly optional?: boolean }>>;
}

const namesInLock = (root: string): readonly string[] => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, entry]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !entry.os && !entry.optional)
    .map(([path]) => path.slice('node_modules/'.length));
};

/** The compiler's own declarations come with the build for the machine, which differs in nothing else that is read here. */
const compilerLibrary = (root: string): string | undefined =>
  ['@typescript']
    .map((scope) => join(root, 'node_modules', scope))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((folder) => existsSync(join(folder, 'lib/lib.es5.d.ts')));

const filesOf = (name: string, folder: string): readonly InstalledFile[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(md|markdown|d\.ts|d\.mts)$/i.test(path) && !skipped.test(path))
    .sort()
    .map((path) => ({ package: name, path, text: readFileSync(join(folder, path), 'utf8') }))
    .filter(({ text }) => text.length <= largest);

/** Documentation and type declarations of what `npm ci` installs on any machine, in a fixed order. */
export const installedFiles = (root: string): readonly InstalledFile[] => {
  const library = compilerLibrary(root);
  return [
    ...namesInLock(root).flatMap((name) => filesOf(name, join(root, 'node_modules', name))),
    ...(library === undefined ? [] : filesOf('typescript', library)),
  ];
};
