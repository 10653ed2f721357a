import { AppError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { briefingText, recallText, rememberText } from '../tools/text/prompt-texts.ts';
import { parseArguments } from './arguments.ts';
import { hostileFault } from './hostile-json.ts';
import type { ListedPrompt, PromptName } from './prompts.ts';
import type { McpApp } from './server.ts';

type Given = Readonly<Record<string, string>>;
type Ask = (tool: string, input: Record<string, unknown>) => Promise<string>;

const knownBefore = 5;
const fewTokens = 500;

/** Clients send an empty text for what a person left out. */
const stated = (raw: unknown): Given =>
  Object.fromEntries(
    Object.entries((raw ?? {}) as Record<string, unknown>)
      .map(([name, value]): [string, string] => [name, String(value).trim()])
      .filter(([, value]) => value !== ''),
  );

/** Throws `invalid_input` for an argument that is unknown, missing or no text. */
const readArguments = (prompt: ListedPrompt, raw: unknown): Given => {
  const fault = hostileFault(raw ?? {});
  if (fault !== null) throw new AppError('invalid_input', `${prompt.name}: ${fault}`);
  const given = stated(raw);
  const known = Object.keys(prompt.arguments);
  for (const name of Object.keys(given).filter((name) => !known.includes(name))) {
    const near = nearest(name, known);
    const hint = near === null ? `accepted: ${known.join(', ')}` : `did you mean "${near}"?`;
    throw new AppError(
      'invalid_input',
      `${prompt.name}: unknown argument ${JSON.stringify(name.slice(0, 64))} (${hint})`,
    );
  }
  for (const [name, { required }] of Object.entries(prompt.arguments)) {
    if (required && given[name] === undefined) {
      throw new AppError('invalid_input', `${prompt.name}: "${name}" is required`);
    }
  }
  return given;
};

const texts: Readonly<Record<PromptName, (given: Given, ask: Ask) => Promise<string>>> = {
  recall: async ({ topic = '', project, type, tag }, ask) => {
    const filter = {
      query: topic,
      ...(project === undefined ? {} : { project_path: project }),
      ...(type === undefined ? {} : { memory_types: [type] }),
    };
    const answer = await (tag === undefined
      ? ask('recall_memories', filter)
      : ask('search_memories', { ...filter, tags: [tag] }));
    return recallText(topic, answer);
  },
  remember: async ({ what }, ask) =>
    rememberText(
      what === undefined
        ? null
        : { what, known: await ask('recall_memories', { query: what, limit: knownBefore, max_tokens: fewTokens }) },
    ),
  briefing: async ({ project, days }, ask) =>
    briefingText(
      await ask('get_recent_activity', {
        ...(project === undefined ? {} : { project }),
        // What is no number is left as it is, for the tool to refuse by name.
        ...(days === undefined ? {} : { days: Number.isFinite(Number(days)) ? Number(days) : days }),
      }),
    ),
};

/** What a person's client puts before the model. Throws `invalid_input`. */
export const promptText = async (prompt: ListedPrompt, raw: unknown, app: McpApp): Promise<string> => {
  const given = readArguments(prompt, raw);
  return texts[prompt.name](given, async (name, input) => {
    const tool = await app.loadTool(name);
    return (await tool.run(parseArguments(tool, input), await app.contextFor())).text;
  });
};
