import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { type App, createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import type { Backend } from '../../src/storage/store.ts';
import type { Place, Target } from '../conformance/target.ts';

export interface Who {
  readonly tenant: string;
  readonly user: string;
  readonly teams?: readonly string[];
  readonly projects?: readonly string[];
}

export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  /** The facts of a write's answer. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A client of the program, and the program as started for one user: both the real ones, in this process. */
export interface Person {
  readonly who: Who;
  readonly app: App;
  readonly client: Client;
  /** Every answer that came back, errors included. */
  readonly heard: string[];
  call(tool: string, input?: Record<string, unknown>): Promise<Answer>;
  /** Any other request; an error of the protocol comes back as its text. */
  ask(request: (client: Client) => Promise<unknown>): Promise<string>;
}

export const shop = 'github.com/acme/shop';

/** Counts 1, 2, 3 … as UUIDs: the same ones for every process that is given the same family. */
export const numberedIds = (family: number): (() => string) => {
  let next = 0;
  return () => {
    next += 1;
    return `${next.toString(16).padStart(8, '0')}-${family.toString(16).padStart(4, '0')}-4000-8000-000000000000`;
  };
};

const configFor = ({ tenant, user, teams = [], projects = [shop] }: Who, settings: NodeJS.ProcessEnv = {}) =>
  loadConfig({
    env: {
      HOME: '/nowhere',
      MEMORY_MULTI_TENANT_MODE: 'true',
      MEMORY_DEFAULT_TENANT: tenant,
      MEMORY_USER_ID: user,
      MEMORY_TEAM_IDS: teams.join(','),
      MEMORY_PROJECTS: projects.join(','),
      MEMORY_PROJECT: projects[0] ?? '',
      MEMORY_TOOL_PROFILE: 'extended',
      ...settings,
    },
  });

interface Overrides {
  readonly now?: () => number;
  readonly newId?: () => string;
  readonly settings?: NodeJS.ProcessEnv;
}

/** A shared store, which every person opens for themselves, as so many processes. */
export class Street {
  readonly #place: Place;
  readonly #people: Person[] = [];
  readonly #watch: (backend: Backend) => Backend;

  private constructor(place: Place, watch: (backend: Backend) => Backend) {
    this.#place = place;
    this.#watch = watch;
  }

  static async open(target: Target, watch: (backend: Backend) => Backend = (backend) => backend): Promise<Street> {
    return new Street(await target.place(), watch);
  }

  async person(who: Who, { settings, ...overrides }: Overrides = {}): Promise<Person> {
    const app = createApp(configFor(who, settings), {
      ...overrides,
      cwd: '/',
      backend: async () => this.#watch(await this.#place.handle('multi')),
    });
    const client = new Client({ name: 'test', version: '1' });
    const [here, there] = InMemoryTransport.createLinkedPair();
    await createMcpServer(app).connect(there);
    await client.connect(here);
    const heard: string[] = [];
    const person: Person = {
      who,
      app,
      client,
      heard,
      call: async (name, input = {}) => {
        const result = await client.callTool({ name, arguments: input });
        const text = (result.content as { text: string }[]).map((block) => block.text).join('\n');
        heard.push(JSON.stringify(result));
        return {
          isError: result.isError === true,
          text,
          facts: { ...(result.structuredContent as object | undefined) },
        };
      },
      ask: async (request) => {
        const answer = await request(client).then(
          (result) => JSON.stringify(result),
          (error: Error) => `${error.name}: ${error.message}`,
        );
        heard.push(answer);
        return answer;
      },
    };
    this.#people.push(person);
    return person;
  }

  /** A handle of the test's own. */
  handle(): Promise<Backend> {
    return this.#place.handle('multi');
  }

  async close(): Promise<void> {
    for (const { client, app } of this.#people.splice(0)) {
      await client.close();
      await app.close();
    }
    await this.#place.destroy();
  }
}
