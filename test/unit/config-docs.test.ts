import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { backendNames as registered } from '../../backends/index.ts';
import { docsPages } from '../../scripts/docs-pages.ts';
import { backendNames, variableNames } from '../../src/config.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = docsPages();

test.each(Object.keys(pages))('%s is what scripts/gen-docs.ts writes', (path) => {
  expect(readFileSync(resolve(root, path), 'utf8')).toBe(pages[path]);
});

test('.env.example names every variable once', () => {
  const text = readFileSync(resolve(root, '.env.example'), 'utf8');
  expect([...text.matchAll(/^# (MEMORY_[A-Z0-9_]+)=/gm)].map(([, name]) => name)).toEqual(variableNames);
});

test('the backends that can be configured are those that are registered', () => {
  expect([...backendNames]).toEqual([...registered]);
});
