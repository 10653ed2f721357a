import type * as z from 'zod';
import type { JsonObject, JsonValue } from '../domain/memory.ts';
import { nearest } from '../nearest.ts';
import { pathText } from './hostile-json.ts';

type Issue = z.core.$ZodIssue;

const mostShown = 8;
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    root,
  );

/** Schemas that may describe the same place: the node itself and the branches of a union. */
const branches = (node: JsonValue | undefined): readonly JsonObject[] => {
  if (!isObject(node)) return [];
  const inner = node.anyOf ?? node.oneOf;
  return Array.isArray(inner) ? [node, ...inner.filter(isObject)] : [node];
};

const keysAt = (schema: JsonObject, path: readonly PropertyKey[]): readonly string[] => {
  let nodes = branches(schema);
  for (const step of path) {
    nodes = nodes.flatMap((node) => {
      if (typeof step === 'number') return branches(node.items);
      const properties = node.properties;
      return isObject(properties) ? branches(properties[String(step)]) : [];
    });
  }
  return nodes.flatMap((node) => (isObject(node.properties) ? Object.keys(node.properties) : []));
};

const kindOf = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isInteger(value)) return `the number ${value}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

const article = (kind: string): string => {
  if (kind === 'int') return 'a whole number';
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
};

const notAmong = (values: readonly unknown[], got: unknown): string => {
  const names = values.map(String);
  const near = typeof got === 'string' ? nearest(got, names) : null;
  const hint = near === null ? '' : ` (nearest: ${quoted(near)})`;
  const shown = typeof got === 'string' ? quoted(got) : kindOf(got);
  return `must be one of ${names.join(', ')}; got ${shown}${hint}`;
};

const bound = (issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, got: unknown): string => {
  const big = issue.code === 'too_big';
  const limit = String(big ? issue.maximum : issue.minimum);
  const side = big ? 'at most' : 'at least';
  const strict = issue.inclusive === false ? (big ? 'less than' : 'more than') : side;
  const plural = limit === '1' ? '' : 's';
  if (typeof got === 'string') return `must have ${side} ${limit} character${plural}; got ${got.length}`;
  if (Array.isArray(got)) return `must have ${side} ${limit} item${plural}; got ${got.length}`;
  return `must be ${strict} ${limit}; got ${String(got)}`;
};

const unionText = (issue: z.core.$ZodIssueInvalidUnion, got: unknown): string => {
  const kinds = issue.errors.flatMap((errors) =>
    errors.flatMap((error) =>
      error.code === 'invalid_type' && error.path.length === 0 ? [article(error.expected)] : [],
    ),
  );
  if (kinds.length < issue.errors.length) return 'has none of the accepted forms';
  return `must be ${[...new Set(kinds)].join(' or ')}; got ${kindOf(got)}`;
};

const problem = (issue: Issue, got: unknown): string => {
  switch (issue.code) {
    case 'invalid_type':
      return got === undefined ? 'is required' : `must be ${article(issue.expected)}; got ${kindOf(got)}`;
    case 'invalid_value':
      return got === undefined ? 'is required' : notAmong(issue.values, got);
    case 'too_big':
    case 'too_small':
      return bound(issue, got);
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? `must be a valid ${issue.format}` : issue.message;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return unionText(issue, got);
    default:
      return issue.message;
  }
};

const unknownKeys = (issue: z.core.$ZodIssueUnrecognizedKeys, schema: JsonObject): readonly string[] => {
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const hint = near === null ? `accepted: ${known.join(', ') || 'none'}` : `did you mean "${near}"?`;
    return `unknown key "${pathText([...issue.path, key])}" (${hint})`;
  });
};

/** One line that names every problem: the field, what was expected, what came, and the nearest valid key or value. */
export const issuesText = (issues: readonly Issue[], input: unknown, schema: JsonObject): string => {
  const problems = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, schema);
    const place = issue.path.length === 0 ? 'the arguments' : `"${pathText(issue.path)}"`;
    return [`${place} ${problem(issue, valueAt(input, issue.path))}`];
  });
  const more = problems.length > mostShown ? `; and ${problems.length - mostShown} more` : '';
  return problems.slice(0, mostShown).join('; ') + more;
};
