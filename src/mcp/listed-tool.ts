import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { JsonObject } from '../domain/memory.ts';
import type { Tool } from '../tools/tool.ts';
import { terseSchema } from './terse-schema.ts';

/** What a client is shown of a tool: plain data, so that a list can be answered before a tool is loaded. */
export interface ListedTool extends Pick<Tool, 'name' | 'title' | 'description' | 'profile' | 'annotations'> {
  /** JSON Schema 2020-12, which is the default, so `$schema` is left out. */
  readonly inputSchema: JsonObject;
  /** What a read-only server lists instead. */
  readonly whenReadOnly?: ListedTool;
  /** What multi-tenant mode lists instead. */
  readonly whenMultiTenant?: ListedTool;
  readonly multiTenantOnly?: true;
}

/** All that is known of a tool's input, as JSON Schema. */
export const fullSchema = (tool: Pick<Tool, 'input'>): JsonObject => {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: 'input' });
  return schema as JsonObject;
};

export const listTool = (tool: Tool): ListedTool => {
  const { name, title, description, profile, annotations, whenReadOnly, whenMultiTenant, multiTenantOnly } = tool;
  return {
    name,
    title,
    description,
    profile,
    annotations,
    inputSchema: terseSchema(fullSchema(tool)),
    ...(whenReadOnly ? { whenReadOnly: listTool(whenReadOnly) } : {}),
    ...(whenMultiTenant ? { whenMultiTenant: listTool(whenMultiTenant) } : {}),
    ...(multiTenantOnly ? { multiTenantOnly } : {}),
  };
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
