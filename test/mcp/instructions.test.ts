import { expect, test } from 'vitest';
import { instructionsFor } from '../../src/mcp/instructions.ts';
import { toolList } from '../../src/mcp/tool-list.ts';

const toolsNamedIn = (text: string): string[] => text.match(/\b[a-z]+_[a-z_]+\b/g) ?? [];

test('instructions fit, and name tools that are offered', () => {
  const text = instructionsFor(toolList);
  expect(text.length).toBeLessThan(1_200);
  expect(text.split('\n').length).toBeLessThanOrEqual(6);
  expect(toolsNamedIn(text)).toEqual(expect.arrayContaining(['recall_memories', 'store_memory']));
  for (const name of toolsNamedIn(text)) expect(toolList.map((tool) => tool.name)).toContain(name);
});

test('a read-only server does not speak of writing', () => {
  const readOnly = toolList.filter((tool) => tool.annotations.readOnlyHint);
  const text = instructionsFor(readOnly);
  expect(toolsNamedIn(text)).toContain('recall_memories');
  for (const name of toolsNamedIn(text)) expect(readOnly.map((tool) => tool.name)).toContain(name);
});
