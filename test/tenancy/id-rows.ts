import { shop } from './people-over-mcp.ts';

/** Ids that the caller may read, by what they are. */
export interface OwnIds {
  readonly a: string;
  readonly b: string;
  readonly c: string;
  /** From a to b. */
  readonly edge: string;
}

type Input = Record<string, unknown>;

const asOf = '2100-01-01';

/** For each tool, calls that fill in each of its arguments which takes an id. A tool without a row fails the test. */
export const toolRows: Readonly<Record<string, (own: OwnIds) => readonly Input[]>> = {
  recall_memories: () => [{ query: 'launch plan' }, { query: 'lanuch', project_path: shop }],
  store_memory: ({ a }) => [
    { type: 'general', title: 'Launch', content: 'Launch plan', links: [{ memory_id: a, type: 'SOLVES' }] },
  ],
  get_memory: ({ a, b }) => [{ memory_id: a }, { memory_id: a, memory_ids: [b] }],
  search_memories: () => [{}, { query: 'launch' }, { terms: ['launch', 'plan'], match_mode: 'all' }, { sort: 'title' }],
  update_memory: ({ a }) => [{ memory_id: a, content: 'changed', expected_version: 1 }],
  delete_memory: ({ a }) => [{ memory_id: a, expected_version: 1 }],
  create_relationship: ({ a, b }) => [
    { from_memory_id: a, to_memory_id: b, relationship_type: 'DEPENDS_ON' },
    { from_memory_id: a, to_memory_id: b, relationship_type: 'RELATED_TO' },
  ],
  get_related_memories: ({ a }) => [{ memory_id: a, max_depth: 5 }],
  get_recent_activity: () => [{ project: 'all' }, {}],
  whoami: () => [{}],
  list_teams: () => [{}],
  share_memory: ({ a }) => [
    { memory_id: a, visibility: 'public', expected_version: 1 },
    { memory_id: a, visibility: 'team', team_id: 'nobodys', expected_version: 1 },
  ],
  get_memory_statistics: () => [{ top: 50 }],
  search_relationships_by_context: () => [{ query: 'launch' }],
  contextual_search: ({ a }) => [{ memory_id: a, query: 'launch' }],
  find_path: ({ a, b }) => [{ from_memory_id: a, to_memory_id: b }],
  update_relationship: ({ edge, a, c }) => [
    { relationship_id: edge, strength: 0.9 },
    { relationship_id: edge, from_memory_id: a, to_memory_id: c },
  ],
  delete_relationship: ({ edge }) => [
    { relationship_id: edge },
    { relationship_id: edge, mode: 'remove', expected_version: 1 },
  ],
  get_memory_history: ({ a }) => [{ memory_id: a }, { memory_id: a, from_version: 1 }, { memory_id: a, revert_to: 1 }],
  query_as_of: ({ a, b }) => [
    { as_of: asOf, memory_ids: [a] },
    { as_of: asOf, memory_ids: [a, b], basis: 'true' },
    { as_of: asOf, query: 'launch' },
    { as_of: asOf },
  ],
  what_changed: () => [{ since: '2020-01-01' }],
  restore_memory: ({ a }) => [{ memory_id: a }],
  merge_memories: ({ a, b }) => [{ from_memory_id: a, into_memory_id: b }],
};

/** Arguments of prompts, and which of them offer completions. */
export const promptRows: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  recall: { topic: 'launch plan', project: shop, type: 'general', tag: 'launch' },
  remember: { what: 'launch plan' },
  briefing: { project: 'all', days: '30' },
};

export const resourceRows = { fixed: ['memory://recent'], templates: ['memory://{id}'] } as const;

const isId = (value: unknown, id: string): boolean => value === id;

/** The input once for each place where one of these ids stands, with another in its place. */
export const withEachReplaced = (
  input: Input,
  replacements: ReadonlyMap<string, string>,
): readonly { readonly at: string; readonly input: Input }[] => {
  const cases: { at: string; input: Input }[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    const replacement = [...replacements].find(([own]) => isId(value, own))?.[1];
    if (replacement !== undefined) {
      const copy = structuredClone(input);
      let parent: Record<string | number, unknown> = copy;
      for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
      parent[path.at(-1) ?? ''] = replacement;
      cases.push({ at: path.join('.'), input: copy });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, part] of Object.entries(value)) visit(part, [...path, key]);
    }
  };
  visit(input, []);
  return cases;
};

/** The names of arguments, also inside lists and objects, that take the id of a memory or of a relationship. */
export const idArguments = (schema: unknown): readonly string[] => {
  const names = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { properties } = part as { properties?: object };
    for (const name of Object.keys(properties ?? {})) if (/(memory|relationship)_ids?$/.test(name)) names.add(name);
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(schema);
  return [...names];
};
