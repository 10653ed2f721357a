import { type Caller, callerOf } from './app/caller.ts';
import { cursorsFor } from './app/cursors.ts';
import { lazyEmbeddings } from './app/lazy-embeddings.ts';
import { asOffered, offered } from './app/offered-tools.ts';
import { upkeepOf } from './app/upkeep.ts';
import { maintenanceScope, scopeOf } from './auth/policy.ts';
import type { Config } from './config.ts';
import type { TenantId } from './domain/ids.ts';
import type { CallerScope, Principal, TenantScope } from './domain/scope.ts';
import { log } from './log.ts';
import { listTool } from './mcp/listed-tool.ts';
import type { McpApp } from './mcp/server.ts';
import { toolList } from './mcp/tool-list.ts';
import { defaultRanking } from './search/ranking.ts';
import type { ServiceContext } from './service/context.ts';
import { noTrail, type SessionTrail, sessionTrails } from './service/session-trail.ts';
import { noUsage, recordUsage } from './service/usage.ts';
import { type CursorCodec, plainCursors } from './storage/cursor.ts';
import type { GuardedStore } from './storage/guarded.ts';
import type { MigrationStore } from './storage/migration.ts';
import type { Backend, Finding } from './storage/store.ts';
import type { Tool } from './tools/tool.ts';
import { version } from './version.ts';

export interface App extends McpApp {
  /** Loads the backend at the first call; the store opens itself with its first use. */
  store(): Promise<GuardedStore>;
  /** The same store for being moved to a tenant, which opens by itself. Throws `invalid_input` where that is not to be had. */
  migration(): Promise<MigrationStore>;
  /** For who runs the server: the whole of this tenant or of the caller's, or in single-tenant mode the whole store. Never for an answer to a caller. */
  operatorContext(tenant?: TenantId): Promise<ServiceContext>;
  /** Of whom this process acts for; opens nothing. */
  callerScope(): Promise<TenantScope>;
  /** What the access rule makes of a caller. */
  scopeOf(principal: Principal): CallerScope;
  /** For a server, a while after its start: brings the index of an older store up to date. */
  startUpkeep(): void;
  /** What `doctor` says about embeddings; nothing where none are configured. Asks the model. */
  inspectEmbeddings(): Promise<readonly Finding[]>;
  /** Closes the store if there is one. */
  close(): Promise<void>;
}

export interface AppOverrides {
  readonly tools?: readonly Tool[];
  readonly now?: () => number;
  readonly newId?: () => string;
  readonly cwd?: string;
  /** Another store than the configured one. */
  readonly backend?: () => Promise<Backend>;
}

const loadStore = async (config: Config, caller: Caller, make: AppOverrides['backend']): Promise<GuardedStore> => {
  const [{ createBackend }, { guardStore }] = await Promise.all([
    import('../backends/index.ts'),
    import('./storage/guarded.ts'),
  ]);
  const backend = await (make?.() ?? createBackend(config.store.backend, config.store.settings));
  return guardStore(backend, {
    deadlineMs: config.deadlineMs,
    readOnly: config.readOnly,
    admit: caller.admit,
    onFault: (call, error) => log.warn('store call failed', { call, error }),
  });
};

const loadMigration = async (config: Config, make: AppOverrides['backend']): Promise<MigrationStore> => {
  const [{ createBackend }, { guardMigration }] = await Promise.all([
    import('../backends/index.ts'),
    import('./storage/guarded-migration.ts'),
  ]);
  return guardMigration(await (make?.() ?? createBackend(config.store.backend, config.store.settings)));
};

const projectsOf = (config: Config, cwd: string): Pick<ServiceContext, 'currentProject' | 'resolveProject'> => {
  let project: Promise<string | null> | undefined;
  const findProject = async (): Promise<string | null> => {
    if (config.project === '') return null;
    const { detectProject, resolveProject } = await import('./project.ts');
    return config.project === null ? detectProject(cwd) : resolveProject(config.project, cwd);
  };
  return {
    currentProject: () => {
      project ??= findProject();
      return project;
    },
    resolveProject: async (text) => (await import('./project.ts')).resolveProject(text, cwd),
  };
};

const noteUncounted = (error: unknown): void => log.debug('usage was not counted', { error });

/** Puts the program together. Nothing is opened or loaded until something needs it. */
export const createApp = (config: Config, overrides: AppOverrides = {}): App => {
  const now = overrides.now ?? Date.now;
  const newId = overrides.newId ?? (() => crypto.randomUUID());
  const cwd = overrides.cwd ?? process.cwd();
  let store: Promise<GuardedStore> | undefined;

  const projects = projectsOf(config, cwd);
  const caller = callerOf(config.tenancy, projects);
  const openStore = (): Promise<GuardedStore> => {
    store ??= loadStore(config, caller, overrides.backend);
    return store;
  };
  const cursors = cursorsFor(openStore);
  const usage = config.readOnly ? noUsage : recordUsage(openStore, now, noteUncounted);

  const trails = sessionTrails();
  const embeddings = lazyEmbeddings(config, caller.scope, openStore, now);
  const contextWith = async (scope: TenantScope, codec: CursorCodec, trail: SessionTrail): Promise<ServiceContext> => ({
    scope,
    upkeepScope: scope.tenant === null ? scope : maintenanceScope(scope.tenant),
    store: await openStore(),
    cursors: codec,
    settings: { allowCycles: config.allowCycles, readOnly: config.readOnly, ranking: defaultRanking },
    trail,
    ...(config.embeddings && { meaningOf: async (query) => (await embeddings.open())?.meaningOf(query) ?? null }),
    noteUse: (ids) => usage.note(scope, ids),
    now,
    newId,
    ...projects,
  });

  const contextFor = async (session?: string): Promise<ServiceContext> => {
    const scope = await caller.scope();
    const trail = config.autoLinks && session !== undefined ? trails(session, scope) : noTrail;
    return contextWith(scope, await cursors(scope), trail);
  };

  // Its cursors reach nobody. Sealed ones would need an open store, and doctor looks at those that do not open.
  const operatorContext = (tenant?: TenantId): Promise<ServiceContext> =>
    contextWith(tenant === undefined ? caller.upkeepScope : maintenanceScope(tenant), plainCursors, noTrail);

  const upkeep = upkeepOf(operatorContext, embeddings.wake);

  const loadTool = async (name: string): Promise<Tool> => {
    const tools = overrides.tools ?? (await import('./tools/registry.ts')).tools;
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) throw new Error(`no tool is named ${name}`);
    embeddings.wake();
    return asOffered(tool, config);
  };

  return {
    info: { name: 'graph-memory', title: 'Graph memory', version },
    tools: offered(overrides.tools?.map(listTool) ?? toolList, config),
    loadTool,
    contextFor,
    operatorContext,
    callerScope: caller.scope,
    scopeOf,
    now,
    newId,
    reportFault: ({ requestId, tool, error }) => log.error('tool call failed', { requestId, tool, error }),
    reportTransportError: (error) => log.debug('connection error', { error }),
    store: openStore,
    migration: () => loadMigration(config, overrides.backend),
    startUpkeep: upkeep.start,
    inspectEmbeddings: async () => (await (await embeddings.open())?.inspect()) ?? [],
    close: async () => {
      upkeep.stop();
      await embeddings.close();
      await usage.flush();
      await (await store)?.close();
    },
  };
};
