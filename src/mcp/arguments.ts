import type * as z from 'zod';
import { AppError } from '../errors.ts';
import type { Tool } from '../tools/tool.ts';
import { hostileFault } from './hostile-json.ts';
import { issuesText } from './issue-text.ts';
import { fullSchema } from './listed-tool.ts';

/** The one gate for what a caller sends. Throws `invalid_input` with every problem in one line. */
export const parseArguments = (tool: Tool, raw: unknown): z.output<Tool['input']> => {
  const input = raw ?? {};
  const fault = hostileFault(input);
  if (fault !== null) throw new AppError('invalid_input', `${tool.name}: ${fault}`);
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `${tool.name}: ${issuesText(parsed.error.issues, input, fullSchema(tool))}`);
};
