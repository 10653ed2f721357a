import type { GetPromptResult, McpServer, StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { withProtocolErrors } from './error-boundary.ts';
import type { ListedTool } from './listed-tool.ts';
import type { McpApp } from './server.ts';

interface PromptArgument {
  readonly description: string;
  readonly required?: true;
}

export type PromptName = 'recall' | 'remember' | 'briefing';

export interface ListedPrompt {
  readonly name: PromptName;
  readonly title: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, PromptArgument>>;
  /** Offered only where these tools are. */
  readonly needs: readonly string[];
}

const prompts: readonly ListedPrompt[] = [
  {
    name: 'recall',
    title: 'Recall what is known',
    description: 'What memory holds on a topic, with ids, ready to work from.',
    arguments: {
      topic: { description: 'What you want to know about, in plain words.', required: true },
      project: { description: 'Only memories of this project: its path or its identity.' },
      type: { description: 'Only memories of this type, e.g. solution or decision.' },
      tag: { description: 'Only memories with this tag.' },
    },
    needs: ['recall_memories', 'search_memories'],
  },
  {
    name: 'remember',
    title: 'Remember what was learnt',
    description: 'Has the model store what this conversation taught, typed, linked and without duplicates.',
    arguments: { what: { description: 'What to remember; without it, whatever was worth it.' } },
    needs: ['store_memory', 'recall_memories'],
  },
  {
    name: 'briefing',
    title: 'Briefing',
    description: 'Where a project stands: unresolved problems, decisions, what is new and what changed.',
    arguments: {
      project: { description: "Path or identity of the project, or 'all'; without it, the current one." },
      days: { description: 'How many days to look back; 7 if not given.' },
    },
    needs: ['get_recent_activity'],
  },
];

export const promptsFor = (tools: readonly ListedTool[]): readonly ListedPrompt[] => {
  const offered = new Set(tools.map((tool) => tool.name));
  return prompts.filter((prompt) => prompt.needs.every((name) => offered.has(name)));
};

/** Accepts everything, as `asSdkSchema` does: what is wrong is said by us. */
const argumentSchema = (prompt: ListedPrompt): StandardSchemaWithJSON<unknown, unknown> => {
  const entries = Object.entries(prompt.arguments);
  const json = (): Record<string, unknown> => ({
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, { description }]) => [name, { type: 'string', description }])),
    required: entries.filter(([, { required }]) => required).map(([name]) => name),
  });
  return {
    '~standard': {
      version: 1,
      vendor: 'graph-memory',
      validate: (value) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
};

/** Registers names and descriptions only; what answers is loaded when it is asked. */
export const addPrompts = (server: McpServer, app: McpApp): void => {
  const offered = promptsFor(app.tools);
  if (offered.length > 0) server.server.registerCapabilities({ prompts: { listChanged: false } });
  for (const prompt of offered) {
    const { name, title, description } = prompt;
    const answer = async (raw: unknown): Promise<GetPromptResult> => {
      const { promptText } = await import('./prompt-text.ts');
      const text = await promptText(prompt, raw, app);
      return { description, messages: [{ role: 'user', content: { type: 'text', text } }] };
    };
    server.registerPrompt(name, { title, description, argsSchema: argumentSchema(prompt) }, (raw: unknown) =>
      withProtocolErrors(() => answer(raw), 'prompts/get', app),
    );
  }
};
