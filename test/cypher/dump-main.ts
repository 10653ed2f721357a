import { writeFileSync } from 'node:fs';
import { Real } from '../../backends/cypher/values.ts';
import { everyStatement } from './statements.ts';

/** `npm run cypher:dump [FILE]`: every statement with its dialect and parameters as they may be, for parsers that are not ours. */
const [file = 'cypher-dump.json'] = process.argv.slice(2);
const statements = await everyStatement();
const value = (_: string, each: unknown): unknown => (each instanceof Real ? each.value : each);
writeFileSync(file, `${JSON.stringify({ statements }, value, 1)}\n`);
process.stdout.write(`${file}: ${statements.length} statements\n`);
