import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importTable, lintOverride } from './import-table.ts';
import { readText, root } from './sources.ts';

// Run as: npm run lint:rules. Puts the table of docs/architecture.md into biome.json.
const config = JSON.parse(readText('biome.json')) as { overrides: unknown[] };
const others = config.overrides.filter((override) => !JSON.stringify(override).includes('noRestrictedImports'));
const restricting = importTable.filter(({ libraries }) => !libraries.includes('*')).map(lintOverride);
// On one line, so that the formatter breaks lines by length alone.
const text = JSON.stringify({ ...config, overrides: [...others, ...restricting] }, null, 1).replace(/\n\s*/g, ' ');
writeFileSync(resolve(root, 'biome.json'), `${text}\n`);
