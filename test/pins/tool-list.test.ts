import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { offered } from '../../src/app/offered-tools.ts';
import type { Config } from '../../src/config.ts';
import type { ListedTool } from '../../src/mcp/listed-tool.ts';
import { toolList } from '../../src/mcp/tool-list.ts';

const tokens = (tools: readonly ListedTool[]): number =>
  tools.reduce(
    (sum, { name, description, inputSchema }) => sum + JSON.stringify({ name, description, inputSchema }).length,
    0,
  ) / 4;

const offer = (mode: 'single' | 'multi', toolProfile: 'core' | 'extended'): readonly ListedTool[] =>
  offered(toolList, { toolProfile, readOnly: false, tenancy: { mode } as Config['tenancy'] });

const core = offer('single', 'core');

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
  expect(tokens(offer('single', 'extended'))).toBeLessThanOrEqual(3_000);
});

test('single-tenant mode lists the same, to the byte, whatever multi-tenant mode comes to list', async () => {
  const lists = [false, true].map((readOnly) =>
    offered(toolList, { toolProfile: 'extended', readOnly, tenancy: { mode: 'single', chosen: false, view: null } }),
  );
  const lines = lists
    .flat()
    .map(({ name, title, description, profile, annotations, inputSchema }) =>
      JSON.stringify({ name, title, description, profile, annotations, inputSchema }),
    );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('single-tenant-tools.jsonl');
});

test('multi-tenant mode adds three tools, and costs a model at most 1,750 tokens and 3,060', () => {
  const names = offer('multi', 'core').map((tool) => tool.name);
  expect(names.filter((name) => !core.some((tool) => tool.name === name))).toEqual([
    'whoami',
    'list_teams',
    'share_memory',
  ]);
  expect(tokens(offer('multi', 'core'))).toBeLessThanOrEqual(1_750);
  expect(tokens(offer('multi', 'extended'))).toBeLessThanOrEqual(3_060);
});

test('multi-tenant mode asks for the version that a change was made of', () => {
  const required = (mode: 'single' | 'multi', name: string): unknown =>
    offer(mode, 'core').find((tool) => tool.name === name)?.inputSchema.required;
  for (const name of ['update_memory', 'delete_memory']) {
    expect(required('multi', name), name).toContain('expected_version');
    expect(required('single', name), name).not.toContain('expected_version');
  }
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
    const forms = [tool, ...(tool.whenMultiTenant ? [tool.whenMultiTenant] : [])];
    for (const { inputSchema } of forms) {
      expect(Object.keys(inputSchema.properties ?? {}).join(' ')).not.toMatch(/tenant|created_by|user/);
    }
    if (tool.multiTenantOnly) return;
    expect(JSON.stringify(tool.inputSchema)).not.toMatch(/tenant|created_by|visibility|team_id/);
  });
});

const readers = offer('single', 'extended').filter((tool) => tool.annotations.readOnlyHint);

test.each(readers.map((tool) => [tool.name, tool] as const))('%s bounds its answer', (_, tool) => {
  expect(Object.keys(tool.inputSchema.properties ?? {})).toContain('max_tokens');
});
