import * as z from 'zod';
import { type Tenancy, tenancyOf } from './config/identity.ts';
import { absolutePath, type Environment, type Place, readConfigFile } from './config/sources.ts';
import type { Variable } from './config/variable.ts';
import { type BackendName, type LogLevel, variables } from './config/variables.ts';
import type { EmbeddingSettings } from './embeddings/provider.ts';
import { AppError } from './errors.ts';
import { nearest } from './nearest.ts';

export type { ConfiguredCaller, Tenancy } from './config/identity.ts';
export type { Environment } from './config/sources.ts';
export { type BackendName, backendNames, type LogLevel, locationVariables, variables } from './config/variables.ts';

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
  /** Whether tenants are told apart, and for whom this process acts. */
  readonly tenancy: Tenancy;
  /** Null: words alone. */
  readonly embeddings: EmbeddingSettings | null;
  readonly effective: readonly EffectiveValue[];
  /** Names that nothing reads. */
  readonly warnings: readonly string[];
}

type Layers = readonly (readonly [Source, Environment])[];

const pick = (layers: Layers, place: Place, name: VariableName): { readonly raw: string; readonly source: Source } => {
  const { fallback, emptyCounts, alias }: Variable = variables[name];
  for (const [source, values] of layers) {
    const raw = values[name];
    if (raw !== undefined && (emptyCounts || raw.trim() !== '')) return { raw, source };
  }
  const known = alias === undefined ? undefined : place.env[alias];
  if (known !== undefined && known.trim() !== '') return { raw: known, source: 'environment' };
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

/** What says who calls is of no use where callers are not told apart; most likely the mode was meant, or its name mistyped. */
const ofCallers = ['MEMORY_USER_ID', 'MEMORY_TEAM_IDS', 'MEMORY_PROJECTS'] as const;

const checkMode = (isMultiTenant: boolean, isGiven: (name: VariableName) => boolean): readonly string[] =>
  isMultiTenant
    ? []
    : ofCallers
        .filter(isGiven)
        .map((name) => `${name} says nothing without MEMORY_MULTI_TENANT_MODE=true: all is shown`);

/** One tenant of several is shown, not written: nothing says on whose behalf. */
const isReadOnly = (values: Values): boolean => values.MEMORY_READ_ONLY || values.MEMORY_SINGLE_TENANT_VIEW !== '';

const settingsOf = (values: Values, place: Place): Record<BackendName, Readonly<Record<string, unknown>>> => {
  const common = {
    readOnly: isReadOnly(values),
    multiTenant: values.MEMORY_MULTI_TENANT_MODE || values.MEMORY_SINGLE_TENANT_VIEW !== '',
  };
  return {
    sqlite: Object.freeze({
      path: absolutePath(place, values.MEMORY_SQLITE_PATH),
      synchronous: values.MEMORY_SQLITE_SYNCHRONOUS,
      ...common,
    }),
    neo4j: Object.freeze({
      uri: values.MEMORY_NEO4J_URI,
      user: values.MEMORY_NEO4J_USER,
      password: values.MEMORY_NEO4J_PASSWORD,
      database: values.MEMORY_NEO4J_DATABASE || null,
      ...common,
    }),
    memgraph: Object.freeze({
      uri: values.MEMORY_MEMGRAPH_URI,
      user: values.MEMORY_MEMGRAPH_USER,
      password: values.MEMORY_MEMGRAPH_PASSWORD,
      ...common,
    }),
    falkordb: Object.freeze({
      uri: values.MEMORY_FALKORDB_URI,
      user: values.MEMORY_FALKORDB_USER,
      password: values.MEMORY_FALKORDB_PASSWORD,
      graph: values.MEMORY_FALKORDB_GRAPH,
      ...common,
    }),
    falkordblite: Object.freeze({
      path: absolutePath(place, values.MEMORY_FALKORDBLITE_PATH),
      bin: values.MEMORY_FALKORDBLITE_BIN === '' ? '' : absolutePath(place, values.MEMORY_FALKORDBLITE_BIN),
      graph: values.MEMORY_FALKORDB_GRAPH,
      ...common,
    }),
  };
};

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
  const isGiven = (name: VariableName): boolean => picked.find((each) => each.name === name)?.source !== 'default';
  return Object.freeze<Config>({
    store: Object.freeze({
      backend: values.MEMORY_BACKEND,
      settings: settingsOf(values, place)[values.MEMORY_BACKEND],
    }),
    toolProfile: values.MEMORY_TOOL_PROFILE,
    logLevel: values.MEMORY_LOG_LEVEL,
    autoLinks: values.MEMORY_AUTO_LINKS,
    allowCycles: values.MEMORY_ALLOW_CYCLES,
    readOnly: isReadOnly(values),
    project: isGiven('MEMORY_PROJECT') ? values.MEMORY_PROJECT : null,
    http: Object.freeze({
      host: values.MEMORY_HTTP_HOST,
      port: values.MEMORY_HTTP_PORT,
      allowedHosts: Object.freeze(values.MEMORY_ALLOWED_HOSTS),
    }),
    deadlineMs: values.MEMORY_DEADLINE_MS,
    tenancy: tenancyOf(values, isGiven),
    embeddings: embeddingsOf(values),
    effective: Object.freeze(picked.map(({ name, raw, source }) => effectiveValue(place, name, raw, source))),
    warnings: Object.freeze([
      ...layers.flatMap(([source, given]) => checkUnknown(source, given)),
      ...checkMode(values.MEMORY_MULTI_TENANT_MODE, isGiven),
    ]),
  });
};
