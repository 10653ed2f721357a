import { exportLines } from '../../src/service/transfer/export-lines.ts';
import { exportPages } from '../../src/service/transfer/export-pages.ts';
import { Lots } from './drawn.ts';
import { type Person, shop } from './people-over-mcp.ts';

type Input = Record<string, unknown>;

/** All tenants speak of the same things, so that words, counts and ranks would tell if they were shared. */
const words = ['login', 'cache', 'timeout', 'deploy', 'worker', 'queue', 'token', 'retry', 'schema', 'index', 'upload'];
const mistyped = ['lgoin', 'chace', 'timoeut', 'wroker', 'tokne', 'shcema'];
const tags = ['auth', 'ops', 'db', 'ci'];
const types = ['problem', 'solution', 'decision', 'general', 'error'];
const relations = ['SOLVES', 'CAUSES', 'RELATED_TO', 'DEPENDS_ON', 'REPLACES'];

export const minute = 60_000;

export interface Habits {
  /** Of every memory that they store; else it is drawn. */
  readonly audience?: Input;
  /** Memories of others that they have to do with. */
  readonly alsoKnown?: () => readonly string[];
}

/** People of one tenant at work: each step is one call of one of them, drawn from the seed and from what the answers said. */
export class SeededRun {
  readonly people: readonly Person[];
  /** In every text that this run stores. */
  readonly #marker: string;
  readonly #lots: Lots;
  readonly #clock: { now: number };
  readonly #audience: Input;
  readonly #alsoKnown: () => readonly string[];
  readonly #versions = new Map<string, number>();
  readonly #edges: string[] = [];
  #cursor: string | null = null;

  constructor(
    people: readonly Person[],
    seed: number,
    marker: string,
    clock: { now: number },
    { audience = {}, alsoKnown = () => [] }: Habits = {},
  ) {
    this.people = people;
    this.#marker = marker;
    this.#lots = new Lots(seed);
    this.#clock = clock;
    this.#audience = audience;
    this.#alsoKnown = alsoKnown;
  }

  /** Memories that this run stored. */
  get memories(): readonly string[] {
    return [...this.#versions.keys()];
  }

  #text(count: number): string {
    return Array.from({ length: count }, () => this.#lots.pick(words)).join(' ');
  }

  #query(): string {
    return [this.#text(1 + this.#lots.below(2)), ...(this.#lots.chance(0.2) ? [this.#lots.pick(mistyped)] : [])].join(
      ' ',
    );
  }

  get #anId(): string {
    return this.#lots.pick([...this.memories, ...this.#alsoKnown(), 'deadbeef-0000-4000-8000-000000000000']);
  }

  get #drawnAudience(): Input {
    if (Object.keys(this.#audience).length > 0) return this.#audience;
    return this.#lots.pick([
      {},
      {},
      { visibility: 'private' },
      { visibility: 'team', team_id: 'red' },
      { visibility: 'public' },
    ]);
  }

  readonly #calls: Readonly<Record<string, () => Input>> = {
    recall_memories: () => ({ query: this.#query(), limit: 1 + this.#lots.below(5) }),
    search_memories: () =>
      this.#lots.pick([
        { query: this.#query(), sort: 'updated' },
        { tags: [this.#lots.pick(tags)], limit: 3 },
        { limit: 2 },
      ]),
    get_memory: () => ({ memory_ids: [this.#anId, this.#anId] }),
    get_related_memories: () => ({ memory_id: this.#anId, max_depth: 3 }),
    get_recent_activity: () => ({ project: this.#lots.pick(['all', shop]), days: 30 }),
    list_teams: () => ({}),
    whoami: () => ({}),
    get_memory_statistics: () => ({}),
    search_relationships_by_context: () => ({ query: this.#query() }),
    contextual_search: () => ({ memory_id: this.#anId, query: this.#query() }),
    find_path: () => ({ from_memory_id: this.#anId, to_memory_id: this.#anId }),
    get_memory_history: () => ({ memory_id: this.#anId }),
    query_as_of: () => ({
      as_of: new Date(this.#clock.now - this.#lots.below(20) * minute).toISOString(),
      basis: this.#lots.pick(['known', 'true']),
    }),
    what_changed: () =>
      this.#cursor === null ? { since: '2020-01-01', limit: 5 } : { cursor: this.#cursor, limit: 5 },
    store_memory: () => ({
      type: this.#lots.pick(types),
      title: `${this.#text(2)} ${this.#marker}`,
      content: `${this.#text(12)} ${this.#marker}`,
      tags: [this.#lots.pick(tags), this.#marker],
      importance: this.#lots.below(11) / 10,
      context: { languages: [this.#lots.pick(['Go', 'Rust']), this.#marker] },
      links: this.#lots.chance(0.4) ? [{ memory_id: this.#anId, type: this.#lots.pick(relations) }] : [],
      ...this.#drawnAudience,
    }),
    update_memory: () => this.#versioned({ content: `${this.#text(10)} ${this.#marker}` }),
    delete_memory: () => this.#versioned({ reason: this.#marker }),
    share_memory: () => this.#versioned({ visibility: 'private', ...this.#drawnAudience }),
    restore_memory: () => ({ memory_id: this.#anId }),
    merge_memories: () => ({ from_memory_id: this.#anId, into_memory_id: this.#anId }),
    create_relationship: () => ({
      from_memory_id: this.#anId,
      to_memory_id: this.#anId,
      relationship_type: this.#lots.pick(relations),
      context: `${this.#marker} when ${this.#query()}`,
    }),
    update_relationship: () => ({ relationship_id: this.#anEdge, outcome: this.#lots.pick(['success', 'failure']) }),
    delete_relationship: () => ({ relationship_id: this.#anEdge, reason: this.#marker }),
  };

  get #anEdge(): string {
    return this.#lots.pick([...this.#edges, 'deadbeef-1111-4000-8000-000000000000']);
  }

  #versioned(more: Input): Input {
    const id = this.#anId;
    return { memory_id: id, expected_version: this.#versions.get(id) ?? 1, ...more };
  }

  readonly #requests: readonly ((person: Person) => Promise<string>)[] = [
    (person) => person.ask((client) => client.listResources()),
    (person) => person.ask((client) => client.readResource({ uri: 'memory://recent' })),
    (person) => person.ask((client) => client.readResource({ uri: `memory://${this.#anId}` })),
    (person) => person.ask((client) => client.getPrompt({ name: 'recall', arguments: { topic: this.#query() } })),
    (person) => person.ask((client) => client.getPrompt({ name: 'briefing', arguments: { project: 'all' } })),
    (person) => {
      const ref = { type: 'ref/resource', uri: 'memory://{id}' } as const;
      const value = this.#lots.pick(['', '0', 'l', 'cache']);
      return person.ask((client) => client.complete({ ref, argument: { name: 'id', value } }));
    },
    (person) => {
      const ref = { type: 'ref/prompt', name: 'recall' } as const;
      const name = this.#lots.pick(['project', 'type', 'tag']);
      return person.ask((client) => client.complete({ ref, argument: { name, value: '' } }));
    },
  ];

  /** The names of the tools that a run may call. */
  get tools(): readonly string[] {
    return Object.keys(this.#calls);
  }

  #learn(tool: string, facts: Readonly<Record<string, unknown>>, text: string): void {
    const { id, version, alias } = facts;
    if (tool === 'what_changed') this.#cursor = /cursor (\S+)/.exec(text)?.[1] ?? this.#cursor;
    else if (typeof id === 'string' && tool === 'create_relationship') this.#edges.push(id);
    else if (typeof id === 'string' && typeof version === 'number' && !tool.includes('relationship')) {
      this.#versions.set(id, version);
      if (typeof alias === 'string') this.#versions.set(alias, (this.#versions.get(alias) ?? 1) + 1);
    }
  }

  async step(): Promise<void> {
    this.#clock.now += this.#lots.below(3) * minute;
    const person = this.#lots.pick(this.people);
    if (this.#lots.chance(0.15)) {
      await this.#lots.pick(this.#requests)(person);
      return;
    }
    const few = this.#versions.size < 4 && this.#lots.chance(0.7);
    const tool = few
      ? 'store_memory'
      : this.#lots.pick([...this.tools, 'store_memory', 'create_relationship', 'recall_memories']);
    const { facts, text } = await person.call(tool, this.#calls[tool]?.());
    this.#learn(tool, facts, text);
  }

  /** What each of them would take out of the store. */
  async exports(): Promise<void> {
    for (const { app, heard } of this.people) {
      const context = await app.contextFor();
      const all = { project: null, exportedAt: 0, onProgress: () => undefined };
      for await (const piece of exportLines(context, all)) heard.push(piece);
      for await (const { path, text } of exportPages(context, all)) heard.push(`${path}\n${text}`);
    }
  }
}
