import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { docsPages } from './docs-pages.ts';
import { toolsPage } from './tools-page.ts';

const pages = { ...docsPages(), 'docs/tools.md': await toolsPage() };
for (const [path, text] of Object.entries(pages)) writeFileSync(resolve(import.meta.dirname, '..', path), text);
