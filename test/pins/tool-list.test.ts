import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ListedTool } from '../../src/mcp/listed-tool.ts';
import { toolList } from '../../src/mcp/tool-list.ts';

const tokens = (tools: readonly ListedTool[]): number =>
  tools.reduce(
    (sum, { name, description, inputSchema }) => sum + JSON.stringify({ name, description, inputSchema }).length,
    0,
  ) / 4;

const core = toolList.filter((tool) => tool.profile === 'core');

test('the nine core tools, in the order in which a model reads them', () => {
  expect(core.map((tool) => tool.name)).toEqual([
    'recall_memories',
    'store_memory',
    'get_memory',
    'search_memories',
    'update_memory',
    'delete_memory',
    'create_relationship',
    'get_related_memories',
    'get_recent_activity',
  ]);
});

test('core costs a model at most 1,500 tokens, all at most 3,000', () => {
  expect(tokens(core)).toBeLessThanOrEqual(1_500);
  expect(tokens(toolList)).toBeLessThanOrEqual(3_000);
});

describe.each(toolList.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  test('says when to use it, in few words', () => {
    expect(tool.description).toMatch(/^Use /);
    expect(tool.description.length).toBeLessThan(200);
  });

  test('has a file of its name', () => {
    expect(readdirSync('src/tools')).toContain(`${name.replaceAll('_', '-')}.ts`);
  });

  test('is strict at the top and never both read-only and destructive', () => {
    expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(tool.annotations.readOnlyHint && tool.annotations.destructiveHint).toBe(false);
  });

  test('lists nothing that some clients refuse', () => {
    expect(JSON.stringify(tool.inputSchema)).not.toMatch(/"(?:oneOf|allOf|\$ref|\$schema|not|listed)":/);
  });

  test('takes no tenant from its caller', () => {
    expect(JSON.stringify(tool.inputSchema)).not.toMatch(/tenant|created_by|visibility|team_id/);
  });
});

const readers = toolList.filter((tool) => tool.annotations.readOnlyHint && tool.name !== 'get_memory_statistics');

test.each(readers.map((tool) => [tool.name, tool] as const))('%s bounds its answer', (_, tool) => {
  expect(Object.keys(tool.inputSchema.properties ?? {})).toContain('max_tokens');
});
