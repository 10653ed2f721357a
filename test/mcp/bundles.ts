import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../scripts/bundle.ts';

export interface BuiltServer {
  readonly folder: string;
  readonly program: string;
  remove(): Promise<void>;
}

/** The launcher and bundle that are published, made anew; with another entry file, the same around other tools. */
export const buildServer = async (entry?: string): Promise<BuiltServer> => {
  const parent = await mkdtemp(join(import.meta.dirname, '../../node_modules/.graph-memory-test-'));
  const folder = join(parent, 'dist');
  await bundle({ outdir: folder, ...(entry === undefined ? {} : { entry }) });
  return {
    folder,
    program: join(folder, 'graph-memory.cjs'),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
};

export const scriptedMain = join(import.meta.dirname, 'scripted-main.ts');

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'graph-memory-mcp-'));
