import { expect, test } from 'vitest';
import { instructionsFor } from '../../src/mcp/instructions.ts';
import { toolList } from '../../src/mcp/tool-list.ts';

const toolsNamedIn = (text: string): string[] => text.match(/\b[a-z]+_[a-z_]+\b/g) ?? [];

const alone = toolList.filter(({ multiTenantOnly }) => multiTenantOnly !== true);

test.each([
  ['single-tenant', alone, 6],
  ['multi-tenant', toolList, 7],
] as const)('instructions of %s mode fit, and name tools that are offered', (_, tools, lines) => {
  const text = instructionsFor(tools);
  expect(text.length).toBeLessThan(1_200);
  expect(text.split('\n').length).toBeLessThanOrEqual(lines);
  expect(toolsNamedIn(text)).toEqual(expect.arrayContaining(['recall_memories', 'store_memory']));
  for (const name of toolsNamedIn(text)) expect(tools.map((tool) => tool.name)).toContain(name);
});

test('a read-only server does not speak of writing', () => {
  const readOnly = alone.filter((tool) => tool.annotations.readOnlyHint);
  const text = instructionsFor(readOnly);
  expect(toolsNamedIn(text)).toContain('recall_memories');
  for (const name of toolsNamedIn(text)) expect(readOnly.map((tool) => tool.name)).toContain(name);
});
