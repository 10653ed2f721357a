import * as z from 'zod';
import { packageNames } from '../embeddings/provider.ts';
import { configFolder, dataFolder, joinPath } from './sources.ts';
import { choice, flag, integer, variable } from './variable.ts';

/** A test holds this list to the registry in `backends/index.ts`. */
export const backendNames = ['sqlite', 'neo4j', 'memgraph', 'falkordb', 'falkordblite'] as const;
export type BackendName = (typeof backendNames)[number];

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A placeholder that the client did not expand, a URI or `:memory:` would make a file of that name. */
const filePath = z.string().regex(/^(?!file:|:memory:$)(?!.*\$\{)[^\0\r\n]+$/);
/** Names that begin with an underscore are ours: `_everyone`, `_maintenance`. */
const tenantName = /^[A-Za-z0-9-][A-Za-z0-9_-]{0,63}$/;
/** No control, format or unassigned characters, which would make two names look like one. */
const userName = /^(?!_)[^,\p{C}\p{Z}](?:[^,\p{C}\p{Zl}\p{Zp}]{0,198}[^,\p{C}\p{Z}])?$/u;
/** The same name typed on two systems is the same text. */
const composed = (text: string): string => text.normalize('NFC');

const names = (allowed: RegExp, longest: number): z.ZodType<string[], string> =>
  z
    .string()
    .transform((text) => [
      ...new Set(
        text
          .split(',')
          .map((name) => composed(name.trim()))
          .filter((name) => name !== ''),
      ),
    ])
    .pipe(z.array(z.string().regex(allowed)).max(longest));

const oneLine = z.string().regex(/^[^\0\r\n]*$/);
const hostName = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Every variable that is read. Documentation, `.env.example` and the command line's flags are made from this table. */
export const variables = {
  MEMORY_CONFIG: variable({
    schema: filePath,
    allowed: 'the path of a JSON file',
    isPath: true,
    fallback: {
      find: (place) => joinPath(place, configFolder(place), 'config.json'),
      documented: 'config.json in the user’s config folder',
    },
    description: 'Config file: one JSON object with the names of this table as keys.',
  }),
  MEMORY_BACKEND: choice(backendNames, 'sqlite', 'Where memories are kept.'),
  MEMORY_SQLITE_PATH: variable({
    schema: filePath,
    allowed: 'the path of a file (no file: URI, no :memory:, no unexpanded placeholder)',
    isPath: true,
    fallback: {
      find: (place) => joinPath(place, dataFolder(place), 'memory.db'),
      documented: 'memory.db in the user’s data folder',
    },
    description: 'Database file; made on first use. A relative path starts at the working directory.',
  }),
  MEMORY_SQLITE_SYNCHRONOUS: choice(
    ['full', 'normal'],
    'full',
    'full: an answered write survives a power cut. normal: faster, and survives a killed process only.',
  ),
  MEMORY_NEO4J_URI: variable({
    schema: z.string().regex(/^(neo4j|bolt)(\+s|\+ssc)?:\/\/[^\s@]+$/),
    allowed: 'an address such as neo4j://127.0.0.1:7687, without user and password',
    fallback: 'neo4j://127.0.0.1:7687',
    description: 'Neo4j server.',
    alias: 'NEO4J_URI',
  }),
  MEMORY_NEO4J_USER: variable({
    schema: oneLine,
    allowed: 'one line',
    fallback: 'neo4j',
    description: 'User of the Neo4j server.',
    alias: 'NEO4J_USER',
  }),
  MEMORY_NEO4J_PASSWORD: variable({
    schema: oneLine,
    allowed: 'one line',
    fallback: '',
    description: 'Password of that user.',
    alias: 'NEO4J_PASSWORD',
    secret: true,
  }),
  MEMORY_NEO4J_DATABASE: variable({
    schema: z.string().regex(/^[A-Za-z0-9.-]{0,63}$/),
    allowed: 'the name of a database',
    fallback: '',
    description: 'Database of the Neo4j server. Empty: that of the user.',
    alias: 'NEO4J_DATABASE',
  }),
  MEMORY_MEMGRAPH_URI: variable({
    schema: z.string().regex(/^bolt(\+s|\+ssc)?:\/\/[^\s@]+$/),
    allowed: 'an address such as bolt://127.0.0.1:7687, without user and password',
    fallback: 'bolt://127.0.0.1:7687',
    description: 'Memgraph server.',
    alias: 'MEMGRAPH_URI',
  }),
  MEMORY_MEMGRAPH_USER: variable({
    schema: oneLine,
    allowed: 'one line; empty where the server knows no users',
    fallback: '',
    description: 'User of the Memgraph server.',
    alias: 'MEMGRAPH_USER',
  }),
  MEMORY_MEMGRAPH_PASSWORD: variable({
    schema: oneLine,
    allowed: 'one line',
    fallback: '',
    description: 'Password of that user.',
    alias: 'MEMGRAPH_PASSWORD',
    secret: true,
  }),
  MEMORY_FALKORDB_URI: variable({
    schema: z.string().regex(/^rediss?:\/\/[^\s@/]+$/),
    allowed: 'an address such as redis://127.0.0.1:6379, without user and password',
    fallback: 'redis://127.0.0.1:6379',
    description: 'FalkorDB server.',
    alias: 'FALKORDB_URI',
  }),
  MEMORY_FALKORDB_USER: variable({
    schema: oneLine,
    allowed: 'one line; empty for the default user',
    fallback: '',
    description: 'User of the FalkorDB server.',
    alias: 'FALKORDB_USER',
  }),
  MEMORY_FALKORDB_PASSWORD: variable({
    schema: oneLine,
    allowed: 'one line',
    fallback: '',
    description: 'Password of that user.',
    alias: 'FALKORDB_PASSWORD',
    secret: true,
  }),
  MEMORY_FALKORDB_GRAPH: variable({
    schema: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/),
    allowed: '1 to 64 of A-Z, a-z, 0-9, - and _, beginning with a letter',
    fallback: 'graph-memory',
    description: 'Name of the graph; in multi-tenant mode each tenant has one of its own, named behind a colon.',
  }),
  MEMORY_FALKORDBLITE_PATH: variable({
    schema: filePath,
    allowed: 'the path of a folder',
    isPath: true,
    fallback: {
      find: (place) => joinPath(place, dataFolder(place), 'falkordb'),
      documented: 'falkordb in the user’s data folder',
    },
    description: 'Folder of the embedded FalkorDB; made on first use. A relative path starts at the working directory.',
  }),
  MEMORY_FALKORDBLITE_BIN: variable({
    schema: z.union([z.literal(''), filePath]),
    allowed: 'the path of a folder with redis-server and falkordb.so',
    fallback: { find: () => '', documented: 'those of the npm package @falkordblite for this system' },
    description: 'Programs that the embedded FalkorDB is started from.',
  }),
  MEMORY_TOOL_PROFILE: choice(['core', 'extended'], 'core', 'Which tools are offered.'),
  MEMORY_LOG_LEVEL: choice(logLevels, 'warn', 'Least severe line that goes to stderr.'),
  MEMORY_AUTO_LINKS: flag('Links what one session stores in a row, weakly and marked as automatic.', 'true'),
  MEMORY_ALLOW_CYCLES: flag('Lets relationships such as DEPENDS_ON run in a circle.'),
  MEMORY_READ_ONLY: flag('Removes the tools that write and opens the store for reading.'),
  MEMORY_PROJECT: variable({
    schema: z
      .string()
      .trim()
      .max(1_000)
      .regex(/^[^\0\r\n]*$/),
    allowed: 'one line of at most 1000 characters; empty for no project',
    fallback: { find: () => '', documented: 'found from the working directory' },
    description: 'Project that new memories belong to. Set but empty: none.',
    emptyCounts: true,
  }),
  MEMORY_HTTP_HOST: variable({
    schema: z.string().regex(/^[a-z0-9.:-]+$/i),
    allowed: 'a host name or an IP address',
    fallback: '127.0.0.1',
    description: 'Address that serve --http listens on.',
  }),
  MEMORY_HTTP_PORT: integer(0, 65_535, 8377, 'Port that serve --http listens on; 0 takes a free one.'),
  MEMORY_ALLOWED_HOSTS: variable({
    schema: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((host) => host.trim())
          .filter((host) => host !== ''),
      )
      .pipe(z.array(z.string().regex(hostName))),
    allowed: 'host names, joined by commas',
    fallback: '',
    description: 'Values of the Host header that are accepted besides those of the loopback interface.',
  }),
  MEMORY_EMBEDDINGS_URL: variable({
    schema: z.string().regex(/^(https?:\/\/[^\s@]+)?$/),
    allowed: 'an http or https URL without user and password',
    fallback: '',
    description: 'OpenAI-compatible server that makes embeddings: what stands before /embeddings. Empty: none.',
  }),
  MEMORY_EMBEDDINGS_MODEL: variable({
    schema: z.string().regex(/^[^\0\r\n]{0,200}$/),
    allowed: 'the name of a model',
    fallback: '',
    description: 'Model that the server or the package is to use. Another one makes all vectors anew.',
  }),
  MEMORY_EMBEDDINGS_KEY: variable({
    schema: z.string().regex(/^[!-~]*$/),
    allowed: 'printable ASCII without spaces',
    fallback: '',
    description: 'Key that the server at MEMORY_EMBEDDINGS_URL wants, if it wants one.',
    secret: true,
  }),
  MEMORY_EMBEDDINGS_PACKAGE: variable({
    schema: z.enum(['', ...packageNames]),
    allowed: packageNames.join(', '),
    fallback: '',
    description: 'Installed npm package that makes embeddings in this process, instead of a server.',
  }),
  MEMORY_MULTI_TENANT_MODE: flag(
    'Several tenants share the store, and each caller sees what it may: needs MEMORY_USER_ID.',
  ),
  MEMORY_DEFAULT_TENANT: variable({
    schema: z.string().regex(tenantName),
    allowed: '1 to 64 of A-Z, a-z, 0-9, - and _, not beginning with _',
    fallback: 'default',
    description: 'Tenant of this process in multi-tenant mode, and the target of a migration that names none.',
  }),
  MEMORY_USER_ID: variable({
    schema: z
      .string()
      .transform(composed)
      .pipe(z.union([z.literal(''), z.string().regex(userName)])),
    allowed: 'one line of at most 200 characters without commas, with no space at its ends, not beginning with _',
    fallback: '',
    description: 'Who calls, in multi-tenant mode. Whoever may set this variable may act as that user.',
  }),
  MEMORY_TEAM_IDS: variable({
    schema: names(userName, 1_000),
    allowed: 'names of teams, joined by commas, none beginning with _',
    fallback: '',
    description: 'Teams of that user. Everybody of a tenant is in the team _everyone.',
  }),
  MEMORY_PROJECTS: variable({
    schema: names(/^[^\0\r\n]{1,1000}$/, 1_000),
    allowed: 'paths, remotes or names of projects, joined by commas; empty for none',
    fallback: { find: () => '', documented: 'the project of the process' },
    description: 'Projects whose memories that user may read.',
    emptyCounts: true,
  }),
  MEMORY_REQUIRE_AUTH: flag('Refuses callers without a credential. No provider of credentials is built in yet.'),
  MEMORY_AUTH_PROVIDER: choice(
    ['none', 'jwt', 'oauth2', 'apikey'],
    'none',
    'Where callers over HTTP get their credentials. Only none is built in yet.',
  ),
  MEMORY_TRUST_LOCAL_CALLERS: flag(
    'Lets serve --http answer in multi-tenant mode: whoever reaches the loopback port acts as MEMORY_USER_ID.',
  ),
  MEMORY_ALLOW_UNMIGRATED: flag('Starts in multi-tenant mode over memories without a tenant, which nobody then sees.'),
  MEMORY_SINGLE_TENANT_VIEW: variable({
    schema: z.union([z.literal(''), z.string().regex(tenantName)]),
    allowed: 'the name of a tenant',
    fallback: '',
    description: 'Tenant that single-tenant mode shows, for reading alone, of a store which holds several.',
  }),
  MEMORY_DEADLINE_MS: integer(100, 600_000, 30_000, 'Milliseconds after which a call to the store is given up.'),
};

/** The variable that says where a backend keeps its data. */
export const locationVariables = {
  sqlite: 'MEMORY_SQLITE_PATH',
  neo4j: 'MEMORY_NEO4J_URI',
  memgraph: 'MEMORY_MEMGRAPH_URI',
  falkordb: 'MEMORY_FALKORDB_URI',
  falkordblite: 'MEMORY_FALKORDBLITE_PATH',
} as const satisfies Record<BackendName, keyof typeof variables>;
