import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { memoryTypes } from '../../src/domain/memory.ts';
import { isAcyclic, isSymmetric, relationshipFamilies, relationshipTypes } from '../../src/domain/relationship.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/concepts.md'), 'utf8');

const rowsUnder = (heading: string): string[][] => {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [rows = ''] = section.split('\n## ');
  const lines = rows.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
};

/** The names in the paragraph that begins with these words. */
const namesAfter = (words: string): string[] => {
  const paragraph = page.split('\n\n').find((text) => text.startsWith(words)) ?? '';
  return [...paragraph.matchAll(/`([A-Z_]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('MEMORY_'));
};

test('the memory types are those of the code, each explained', () => {
  const rows = rowsUnder('Memory types');
  expect(rows.map(([type]) => type)).toEqual([...memoryTypes]);
  for (const [type, text = ''] of rows) expect(text.length, type).toBeGreaterThan(10);
});

test('the relationship types are those of the code, by family, each with an example that uses it', () => {
  const byFamily: Record<string, string[]> = {};
  let family = '';
  for (const [name = '', type = '', example = ''] of rowsUnder('Relationship types')) {
    family = name === '' ? family : name;
    byFamily[family] = [...(byFamily[family] ?? []), type];
    expect(example).toContain(type);
  }
  expect(byFamily).toEqual(relationshipFamilies);
});

test('the symmetric and the acyclic types are those of the code', () => {
  expect(namesAfter('**Symmetric**')).toEqual(relationshipTypes.filter(isSymmetric));
  expect(namesAfter('**Acyclic**')).toEqual(relationshipTypes.filter(isAcyclic));
});
