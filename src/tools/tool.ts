import type * as z from 'zod';
import type { JsonObject } from '../domain/memory.ts';
import type { ServiceContext } from '../service/context.ts';

export type ToolProfile = 'core' | 'extended';

/** Hints for hosts; they grant nothing. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
}

/** `structured` is there for answers that programs read; it then says all that `text` says. */
export interface ToolAnswer {
  readonly text: string;
  readonly structured?: JsonObject;
}

export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  /** snake_case verb_noun, also the file's name in kebab-case. */
  readonly name: string;
  readonly title: string;
  /** When to use it comes first. */
  readonly description: string;
  readonly profile: ToolProfile;
  readonly annotations: ToolAnnotations;
  /** What a read-only server offers in place of a tool that also writes. */
  readonly whenReadOnly?: Tool;
  /** What multi-tenant mode offers in its place. */
  readonly whenMultiTenant?: Tool;
  /** Not offered in single-tenant mode. */
  readonly multiTenantOnly?: true;
  /** Strict: an unknown key is an error. */
  readonly input: Input;
  readonly run: (input: z.output<Input>, context: ServiceContext) => Promise<ToolAnswer>;
}

/** Keeps the handler typed by its own schema while the registry holds tools of every shape. */
export const defineTool = <Input extends z.ZodObject>(tool: Tool<Input>): Tool => tool as unknown as Tool;
