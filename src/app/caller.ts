import { maintenanceScope, scopeOf, singleTenantScope } from '../auth/policy.ts';
import type { ConfiguredCaller, Tenancy } from '../config.ts';
import type { TenantScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';
import type { ServiceContext } from '../service/context.ts';
import type { Backend } from '../storage/store.ts';

/** For whom this process acts. */
export interface Caller {
  scope(): Promise<TenantScope>;
  /** The server's own over the caller's tenant; the whole store in single-tenant mode. */
  readonly upkeepScope: TenantScope;
  /** Throws `store_foreign` for a store that does not fit the mode. */
  admit(store: Pick<Backend, 'tenants'>): Promise<void>;
}

type Projects = Pick<ServiceContext, 'currentProject' | 'resolveProject'>;

const several = (tenants: readonly string[]): AppError =>
  new AppError(
    'store_foreign',
    `The store holds ${tenants.length} tenants, which single-tenant mode would show as one. Set MEMORY_MULTI_TENANT_MODE=true, or MEMORY_SINGLE_TENANT_VIEW to the one to show.`,
  );

const unmigrated = (memories: number): AppError =>
  new AppError(
    'store_foreign',
    `${memories} memories in the store have no tenant, and nobody would see them. Move them with graph-memory migrate-to-multitenant, or set MEMORY_ALLOW_UNMIGRATED=true to start without them.`,
  );

const wholeStore: Caller = {
  scope: async () => singleTenantScope,
  upkeepScope: singleTenantScope,
  admit: async (store) => {
    const tenants = (await store.tenants()).flatMap(({ tenant }) => (tenant === null ? [] : [tenant]));
    if (tenants.length > 1) throw several(tenants);
  },
};

const projectsOf = async (
  { projects }: ConfiguredCaller,
  { currentProject, resolveProject }: Projects,
): Promise<readonly string[]> => {
  if (projects !== null) return Promise.all(projects.map(resolveProject));
  const project = await currentProject();
  return project === null ? [] : [project];
};

const oneCaller = (caller: ConfiguredCaller, allowUnmigrated: boolean, projects: Projects): Caller => {
  let scope: Promise<TenantScope> | undefined;
  return {
    scope: () => {
      scope ??= projectsOf(caller, projects).then((granted) => scopeOf({ ...caller, projects: granted }));
      return scope;
    },
    upkeepScope: maintenanceScope(caller.tenant),
    admit: async (store) => {
      if (allowUnmigrated) return;
      const [first] = await store.tenants();
      if (first !== undefined && first.tenant === null) throw unmigrated(first.memories);
    },
  };
};

export const callerOf = (tenancy: Tenancy, projects: Projects): Caller => {
  if (tenancy.mode === 'multi') return oneCaller(tenancy.caller, tenancy.allowUnmigrated, projects);
  if (tenancy.view === null) return wholeStore;
  const scope = maintenanceScope(tenancy.view);
  return { scope: async () => scope, upkeepScope: scope, admit: async () => undefined };
};
