import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { JsonObject } from '../domain/memory.ts';
import type { Tool } from '../tools/tool.ts';

/** What a client is shown of a tool: plain data, so that a list can be answered before a tool is loaded. */
export interface ListedTool extends Pick<Tool, 'name' | 'title' | 'description' | 'profile' | 'annotations'> {
  /** JSON Schema 2020-12, which is the default, so `$schema` is left out. */
  readonly inputSchema: JsonObject;
}

export const listTool = ({ name, title, description, profile, annotations, input }: Tool): ListedTool => {
  const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
  return { name, title, description, profile, annotations, inputSchema: inputSchema as JsonObject };
};

/**
 * The form in which the SDK takes a schema. It accepts everything: the SDK's wording of a refusal names neither the nearest key nor
 * the accepted values, so arguments are checked in `arguments.ts`.
 */
export const asSdkSchema = ({ inputSchema }: ListedTool): StandardSchemaWithJSON<unknown, unknown> => {
  const json = (): Record<string, unknown> => inputSchema;
  return {
    '~standard': {
      version: 1,
      vendor: 'graph-memory',
      validate: (value) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
};
