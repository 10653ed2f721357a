import type { JsonObject, JsonValue } from '../src/domain/memory.ts';
import { fullSchema } from '../src/mcp/listed-tool.ts';
import { tools } from '../src/tools/registry.ts';
import type { Tool } from '../src/tools/tool.ts';
import { type Example, runExamples } from './tool-examples.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

const kind = (node: JsonObject): string => {
  const branches = node.anyOf ?? node.oneOf;
  if (Array.isArray(branches)) return branches.filter(isObject).map(kind).join(' or ');
  if (Array.isArray(node.enum))
    return node.enum.length > 7
      ? `one of ${node.enum.length} names`
      : node.enum.map((value) => code(String(value))).join(', ');
  if (node.type === 'array') {
    return isObject(node.items) ? `list of ${kind(node.items)}` : 'list';
  }
  if (node.type === 'object' && isObject(node.properties)) {
    return `object: ${Object.keys(node.properties).map(code).join(', ')}`;
  }
  return [node.type ?? 'string'].flat().join(' or ').replace('string', 'text');
};

const bounds = (node: JsonObject): string => {
  const [low, high] = [node.minimum, node.maximum];
  const numbers =
    typeof low === 'number' && typeof high === 'number' && high < Number.MAX_SAFE_INTEGER ? [`${low} to ${high}`] : [];
  const length = typeof node.maxLength === 'number' ? [`at most ${node.maxLength} characters`] : [];
  const items = typeof node.maxItems === 'number' ? [`at most ${node.maxItems}`] : [];
  return [...numbers, ...length, ...items].join(', ');
};

const usual = (node: JsonObject): string => {
  const { default: value } = node;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  return code(typeof value === 'string' ? value : JSON.stringify(value));
};

const parameterTable = (tool: Tool): string => {
  const { properties, required } = fullSchema(tool);
  const names = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries(isObject(properties) ? properties : {}).map(([name, value]) => {
    const node = isObject(value) ? value : {};
    // With a default there is nothing that must be given.
    const must = names.has(name) && node.default === undefined ? 'yes' : '';
    return `| ${[code(name), kind(node), must, usual(node), bounds(node)].map(cell).join(' | ')} |`;
  });
  return ['| Parameter | Kind | Required | Default | Bounds |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
};

const effect = ({ annotations, whenReadOnly }: Tool): string => {
  if (annotations.readOnlyHint) return 'Reads.';
  const left = whenReadOnly ? 'A read-only server keeps the part of it that reads.' : 'Not in a read-only server.';
  return `Writes${annotations.idempotentHint ? '; the same call again changes nothing more' : ''}. ${left}`;
};

const section = (tool: Tool, { request, answer }: Example): string => `## ${tool.name}

${tool.description} ${effect(tool)}

${parameterTable(tool)}

\`\`\`json
${JSON.stringify(request, null, 2)}
\`\`\`

\`\`\`text
${answer}
\`\`\`
`;

const listOf = (profile: Tool['profile'], multiTenantOnly: boolean): string =>
  tools
    .filter((tool) => tool.profile === profile && (tool.multiTenantOnly === true) === multiTenantOnly)
    .map(({ name }) => `[${code(name)}](#${name})`)
    .join(', ');

/** Text of docs/tools.md. */
export const toolsPage = async (): Promise<string> => {
  const examples = await runExamples();
  const sections = tools.map((tool) => {
    const example = examples.get(tool.name);
    if (example === undefined) throw new Error(`no example of ${tool.name}`);
    return section(tool, example);
  });
  return `# Tools
<!-- Made by scripts/gen-docs.ts from the definitions; edit those, or the story in scripts/tool-examples.ts. -->

\`\`\`json
{ "name": "recall_memories", "arguments": { "query": "why do large uploads time out" } }
\`\`\`

Core, always listed: ${listOf('core', false)}.

Extended, with \`MEMORY_TOOL_PROFILE=extended\`: ${listOf('extended', false)}.

In [multi-tenant mode](multi-tenancy.md), always listed: ${listOf('core', true)}. There \`store_memory\` and
\`update_memory\` also take \`visibility\` and \`team_id\`, \`update_memory\` and \`delete_memory\` need \`expected_version\`, and \`update_memory\` takes
\`merge: ["tags"]\`.

The requests and answers below are real: one small story, told to an empty store, a minute from call to call.

- An unknown parameter is an error that names it and the nearest known one. So is everything else that is wrong, in one line.
- A list takes \`limit\` and \`max_tokens\` (the budget of the whole answer, at four characters a token), says what it left out, and prints the
  \`cursor\` for the rest. A cursor belongs to the request that made it.
- A write answers after it was committed, with ids and versions. With \`expected_version\` it is refused if the record changed since, and the
  answer holds the current one.
- Times are ISO 8601, in UTC unless they say otherwise. Types of memories and relationships may be written in any case; they are listed in
  [concepts.md](concepts.md). Errors are listed in [errors.md](errors.md).

${sections.join('\n')}`;
};
