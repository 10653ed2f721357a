import * as z from 'zod';
import {
  absolutePath,
  configFolder,
  dataFolder,
  type Environment,
  joinPath,
  type Place,
  readConfigFile,
} from './config/sources.ts';
import type { EmbeddingSettings } from './embeddings/provider.ts';
import { packageNames } from './embeddings/provider.ts';
import { AppError } from './errors.ts';
import { nearest } from './nearest.ts';

export type { Environment } from './config/sources.ts';

/** A test holds this list to the registry in `backends/index.ts`. */
export const backendNames = ['sqlite'] as const;
export type BackendName = (typeof backendNames)[number];

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

interface Variable<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly allowed: string;
  readonly description: string;
  /** As it would stand in the environment, or how to find it and what to print in the documentation. */
  readonly fallback: string | { readonly find: (place: Place) => string; readonly documented: string };
  /** An empty value means something. Elsewhere it counts as unset, because client configurations are full of them. */
  readonly emptyCounts?: true;
  /** Shown as it was understood: absolute. */
  readonly isPath?: true;
  /** Never printed. */
  readonly secret?: true;
}

const variable = <Schema extends z.ZodType>(definition: Variable<Schema>): Variable<Schema> => definition;

const choice = <const Names extends readonly [string, ...string[]]>(
  names: Names,
  fallback: Names[number],
  description: string,
): Variable<z.ZodPipe<z.ZodString, z.ZodEnum<{ [Name in Names[number]]: Name }>>> =>
  variable({ schema: z.string().toLowerCase().pipe(z.enum(names)), allowed: names.join(', '), fallback, description });

const flag = (description: string, fallback = 'false'): Variable<z.ZodType<boolean, string>> =>
  variable({
    schema: z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
    allowed: 'true, false, 1, 0',
    fallback,
    description,
  });

const integer = (
  least: number,
  most: number,
  fallback: number,
  description: string,
): Variable<z.ZodType<number, string>> =>
  variable({
    schema: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(z.int().min(least).max(most)),
    allowed: `an integer from ${least} to ${most}`,
    fallback: String(fallback),
    description,
  });

/** A placeholder that the client did not expand, a URI or `:memory:` would make a file of that name. */
const filePath = z.string().regex(/^(?!file:|:memory:$)(?!.*\$\{)[^\0\r\n]+$/);
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
  MEMORY_DEADLINE_MS: integer(100, 600_000, 30_000, 'Milliseconds after which a call to the store is given up.'),
};

export type VariableName = keyof typeof variables;
export const variableNames = Object.keys(variables) as readonly VariableName[];
export type Flags = Readonly<Partial<Record<VariableName, string>>>;

const schema = z.object(
  Object.fromEntries(variableNames.map((name) => [name, variables[name].schema])) as {
    readonly [Name in VariableName]: (typeof variables)[Name]['schema'];
  },
);
type Values = z.output<typeof schema>;

export type Source = 'flag' | 'environment' | 'file' | 'default';

/** One line of `graph-memory config`. */
export interface EffectiveValue {
  readonly name: VariableName;
  /** Masked where it is a secret. */
  readonly value: string;
  readonly source: Source;
}

export interface Config {
  /** What the backend's own schema then checks. */
  readonly store: { readonly backend: BackendName; readonly settings: Readonly<Record<string, unknown>> };
  readonly toolProfile: Values['MEMORY_TOOL_PROFILE'];
  readonly logLevel: LogLevel;
  readonly autoLinks: boolean;
  readonly allowCycles: boolean;
  readonly readOnly: boolean;
  /** Null: find it from the working directory. Empty: none. */
  readonly project: string | null;
  readonly http: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] };
  readonly deadlineMs: number;
  /** Null: words alone. */
  readonly embeddings: EmbeddingSettings | null;
  readonly effective: readonly EffectiveValue[];
  /** Names that nothing reads. */
  readonly warnings: readonly string[];
}

type Layers = readonly (readonly [Source, Environment])[];

const pick = (layers: Layers, place: Place, name: VariableName): { readonly raw: string; readonly source: Source } => {
  const { fallback, emptyCounts }: Variable = variables[name];
  for (const [source, values] of layers) {
    const raw = values[name];
    if (raw !== undefined && (emptyCounts || raw.trim() !== '')) return { raw, source };
  }
  return { raw: typeof fallback === 'string' ? fallback : fallback.find(place), source: 'default' };
};

const checkUnknown = (source: string, values: Environment): readonly string[] =>
  Object.keys(values)
    .filter((name) => (source === 'file' || name.startsWith('MEMORY_')) && !Object.hasOwn(variables, name))
    .map((name) => {
      const near = nearest(name, variableNames);
      return `${name} (${source}) is not read by anything${near === null ? '' : `; did you mean ${near}?`}`;
    });

export const displayValue = (definition: Pick<Variable, 'secret'>, value: string): string =>
  definition.secret && value !== '' ? '********' : value;

const effectiveValue = (place: Place, name: VariableName, raw: string, source: Source): EffectiveValue => {
  const definition: Variable = variables[name];
  return Object.freeze({
    name,
    value: displayValue(definition, definition.isPath ? absolutePath(place, raw) : raw),
    source,
  });
};

const describeProblem = (name: VariableName, raw: string, source: Source): string => {
  const { allowed, secret }: Variable = variables[name];
  const shown = secret ? 'the secret given' : JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);
  return `${name} (${source}): ${shown} is not valid; allowed: ${allowed}.`;
};

const settingsOf = (values: Values, place: Place): Record<BackendName, Readonly<Record<string, unknown>>> => ({
  sqlite: Object.freeze({
    path: absolutePath(place, values.MEMORY_SQLITE_PATH),
    synchronous: values.MEMORY_SQLITE_SYNCHRONOUS,
    readOnly: values.MEMORY_READ_ONLY,
  }),
});

const embeddingsOf = (values: Values): EmbeddingSettings | null => {
  const { MEMORY_EMBEDDINGS_URL: url, MEMORY_EMBEDDINGS_MODEL: model, MEMORY_EMBEDDINGS_PACKAGE: name } = values;
  if (url !== '' && name !== '') {
    throw new AppError('config_invalid', 'Set MEMORY_EMBEDDINGS_URL or MEMORY_EMBEDDINGS_PACKAGE, not both.', {
      details: { variables: ['MEMORY_EMBEDDINGS_URL', 'MEMORY_EMBEDDINGS_PACKAGE'] },
    });
  }
  if (name !== '') return Object.freeze({ kind: 'package', name, model: model || null });
  if (url === '') return null;
  if (model === '') {
    throw new AppError(
      'config_invalid',
      'MEMORY_EMBEDDINGS_URL needs MEMORY_EMBEDDINGS_MODEL: name the model to use.',
      {
        details: { variables: ['MEMORY_EMBEDDINGS_MODEL'] },
      },
    );
  }
  return Object.freeze({ kind: 'http', url, model, key: values.MEMORY_EMBEDDINGS_KEY || null });
};

const layersOf = (flags: Flags, place: Place): Layers => {
  const upper: Layers = [
    ['flag', flags],
    ['environment', place.env],
  ];
  const config = pick(upper, place, 'MEMORY_CONFIG');
  const file = readConfigFile(absolutePath(place, config.raw), config.source !== 'default');
  // A config file cannot say where the config file is.
  return file === null ? upper : [...upper, ['file', { ...file, MEMORY_CONFIG: undefined }]];
};

/**
 * A flag beats the environment, which beats the config file. Throws `config_invalid` naming every bad variable.
 * Whether a folder can be written or a port is free is found out by whoever uses it.
 */
export const loadConfig = (
  input: { readonly env?: Environment; readonly flags?: Flags; readonly platform?: NodeJS.Platform } = {},
): Config => {
  const place: Place = { env: input.env ?? process.env, platform: input.platform ?? process.platform };
  const layers = layersOf(input.flags ?? {}, place);
  const picked = variableNames.map((name) => ({ name, ...pick(layers, place, name) }));

  const parsed = schema.safeParse(Object.fromEntries(picked.map(({ name, raw }) => [name, raw])));
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map((issue) => issue.path[0]));
    const problems = picked.filter(({ name }) => bad.has(name));
    throw new AppError(
      'config_invalid',
      problems.map(({ name, raw, source }) => describeProblem(name, raw, source)).join(' '),
      { details: { variables: problems.map(({ name }) => name) } },
    );
  }

  const values = parsed.data;
  const projectSource = picked.find(({ name }) => name === 'MEMORY_PROJECT')?.source;
  return Object.freeze<Config>({
    store: Object.freeze({
      backend: values.MEMORY_BACKEND,
      settings: settingsOf(values, place)[values.MEMORY_BACKEND],
    }),
    toolProfile: values.MEMORY_TOOL_PROFILE,
    logLevel: values.MEMORY_LOG_LEVEL,
    autoLinks: values.MEMORY_AUTO_LINKS,
    allowCycles: values.MEMORY_ALLOW_CYCLES,
    readOnly: values.MEMORY_READ_ONLY,
    project: projectSource === 'default' ? null : values.MEMORY_PROJECT,
    http: Object.freeze({
      host: values.MEMORY_HTTP_HOST,
      port: values.MEMORY_HTTP_PORT,
      allowedHosts: Object.freeze(values.MEMORY_ALLOWED_HOSTS),
    }),
    deadlineMs: values.MEMORY_DEADLINE_MS,
    embeddings: embeddingsOf(values),
    effective: Object.freeze(picked.map(({ name, raw, source }) => effectiveValue(place, name, raw, source))),
    warnings: Object.freeze(layers.flatMap(([source, given]) => checkUnknown(source, given))),
  });
};
