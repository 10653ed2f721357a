import { join } from 'node:path';
import { bundle } from './bundle.ts';

await bundle({ outdir: join(import.meta.dirname, '../dist') });
