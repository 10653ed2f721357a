import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const packageFolder = (input: string): string | null => {
  const at = input.lastIndexOf('node_modules/');
  if (at === -1) return null;
  const [first = '', second = ''] = input.slice(at + 'node_modules/'.length).split('/');
  return input.slice(0, at) + join('node_modules', first.startsWith('@') ? `${first}/${second}` : first);
};

const notice = (folder: string): string => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const texts = readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`;
  return [title, '-'.repeat(title.length), ...texts].join('\n\n');
};

/** The notices of every package that went into a bundle; `inputs` are the paths of its source files. */
export const licenceNotices = (inputs: readonly string[]): string => {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== null));
  const head = 'graph-memory is shipped as one file that contains the following packages.';
  return `${[head, ...[...folders].sort().map(notice)].join('\n\n\n')}\n`;
};
