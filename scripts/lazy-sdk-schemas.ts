import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * One declaration of a zod schema as the SDK's own bundler prints them: on one line, or up to a closing bracket at the same depth.
 * Group 1 is the depth, 2 the name, 3 the expression.
 */
const declaration =
  /^(\t?)const (\w+Schema(?:\$\d+)?) = ((?:z|\w+Schema(?:\$\d+)?)\.(?:.*|.*\n(?:.*\n)*?\1[)\]}].*));$/gm;
const helper = join(import.meta.dirname, 'lazy-schema.ts');
/** The SDK of today has 400 and some. Fewer means that its files look different and this must be read again. */
const fewestExpected = 350;

/**
 * The SDK makes two thousand zod objects before it answers its first message, and needs a tenth of them for a list of tools.
 * That is half the time of a start, so the bundle makes each when it is first looked at.
 */
export const lazySdkSchemas = (): Plugin => ({
  name: 'lazy-sdk-schemas',
  setup: (build) => {
    let found = 0;
    build.onLoad(
      { filter: /[\\/]@modelcontextprotocol[\\/](?:core|server)[\\/]dist[\\/].*\.mjs$/ },
      async ({ path }) => {
        const text = await readFile(path, 'utf8');
        let here = 0;
        const lazy = text.replace(declaration, (_, depth: string, name: string, expression: string) => {
          here += 1;
          return `${depth}const ${name} = __lazySchema(() => (${expression}));`;
        });
        found += here;
        if (here === 0) return { contents: text };
        return { contents: `import { lazySchema as __lazySchema } from ${JSON.stringify(helper)};\n${lazy}` };
      },
    );
    build.onEnd(() => {
      if (found >= fewestExpected) return {};
      return { errors: [{ text: `only ${found} schemas of the MCP SDK were found; see scripts/lazy-sdk-schemas.ts` }] };
    });
  },
});
