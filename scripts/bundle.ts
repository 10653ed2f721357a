import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import { lazySdkSchemas } from './lazy-sdk-schemas.ts';
import { licenceNotices } from './licences.ts';

const root = join(import.meta.dirname, '..');
const toolList = join(root, 'src/mcp/tool-list.ts');

/** The list of tools as data: neither the tools nor their schemas have to be made before the first call. */
const precomputedToolList: Plugin = {
  name: 'precomputed-tool-list',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]src[\\/]mcp[\\/]tool-list\.ts$/ }, async () => {
      const value = (await import(toolList)) as typeof import('../src/mcp/tool-list.ts');
      return { contents: `export const toolList = ${JSON.stringify(value.toolList)};` };
    });
  },
};

const externals = (): string[] => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object | undefined>;
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
};

/** Servers may be starting from the old files at this moment. */
const put = (file: string, contents: string | Uint8Array, mode = 0o644): void => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents, { mode });
  renameSync(draft, file);
};

export interface BundleOptions {
  readonly outdir: string;
  /** Exports `main`; the program's own by default. */
  readonly entry?: string;
}

/**
 * One minified file and its launcher. Packages are bundled, except those under `dependencies`: they have native parts or are large
 * and loaded only by who uses them. What the program imports dynamically is evaluated at that moment.
 */
export const bundle = async ({ outdir, entry = join(root, 'src/main.ts') }: BundleOptions): Promise<void> => {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    plugins: [lazySdkSchemas(), precomputedToolList],
    outfile: 'main.cjs',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    metafile: true,
    external: externals(),
    // A script run by the launcher has no loader for import(); require is quicker too.
    supported: { 'dynamic-import': false },
    alias: { '@modelcontextprotocol/server/_shims': join(root, 'scripts/no-validator.ts') },
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error('esbuild gave no output');
  const id = createHash('sha256').update(output.contents).digest('hex').slice(0, 12);
  const launcher = readFileSync(join(root, 'scripts/launcher.cjs'), 'utf8').replace('BUILD_ID', id);

  mkdirSync(outdir, { recursive: true });
  for (const name of readdirSync(outdir)) if (name.endsWith('.cache')) rmSync(join(outdir, name));
  put(
    join(outdir, 'third-party-licenses.txt'),
    licenceNotices(Object.keys(result.metafile.inputs).map((path) => join(root, path))),
  );
  put(join(outdir, 'main.cjs'), output.contents);
  // Last, because its time says when all of it was made.
  put(join(outdir, 'graph-memory.cjs'), launcher, 0o755);
};
