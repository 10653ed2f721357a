import { maintenanceScope, scopeOf, singleTenantScope } from '../auth/policy.ts';
import type { ConfiguredCaller, Tenancy } from '../config.ts';
import type { TenantId } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';
import { log } from '../log.ts';
import type { ServiceContext } from '../service/context.ts';
import type { Admission, TenantCount } from '../storage/store.ts';

/** For whom this process acts. */
export interface Caller {
  scope(): Promise<TenantScope>;
  /** The server's own over the caller's tenant; the whole store in single-tenant mode. */
  readonly upkeepScope: TenantScope;
  /** Throws `store_foreign` for a store that does not fit the mode. */
  readonly admit: Admission;
}

type Projects = Pick<ServiceContext, 'currentProject' | 'resolveProject'>;

const several = (tenants: number): AppError =>
  new AppError(
    'store_foreign',
    `The store holds ${tenants} tenants, which single-tenant mode would show as one. Set MEMORY_MULTI_TENANT_MODE=true, or MEMORY_SINGLE_TENANT_VIEW to the one to show.`,
  );

const nothingToShow = (view: TenantId): AppError =>
  new AppError(
    'store_foreign',
    `MEMORY_SINGLE_TENANT_VIEW: the store holds nothing of a tenant ${view}. Set it to one that is there.`,
  );

const memories = (count: number): string => (count === 1 ? '1 memory' : `${count} memories`);

const unmigrated = (count: number): AppError =>
  new AppError(
    'store_foreign',
    `The store holds ${memories(count)} without a tenant, which nobody would see. Give them one with graph-memory migrate-to-multitenant, or set MEMORY_ALLOW_UNMIGRATED=true to start without them.`,
  );

/** Those that have no tenant. */
const unscoped = (tenants: readonly TenantCount[]): number =>
  tenants.find(({ tenant }) => tenant === null)?.memories ?? 0;

/** Else a process that forgot its settings would show what users keep from each other, and write what none of them sees. */
const notChosen = (users: number): AppError =>
  new AppError(
    'store_foreign',
    `The store holds memories of ${users} users of a tenant, which single-tenant mode would show as one person's. Set MEMORY_MULTI_TENANT_MODE=true, or to false to show and change them all.`,
  );

const wholeStore = (chosen: boolean): Caller => ({
  scope: async () => singleTenantScope,
  upkeepScope: singleTenantScope,
  admit: (tenants) => {
    const named = tenants.filter(({ tenant }) => tenant !== null);
    const [only] = named;
    if (named.length > 1) throw several(named.length);
    if (only !== undefined && only.creators > 1 && !chosen) throw notChosen(only.creators);
  },
});

const oneTenantShown = (view: TenantId): Caller => {
  const scope = maintenanceScope(view);
  return {
    scope: async () => scope,
    upkeepScope: scope,
    admit: (tenants) => {
      if (tenants.length > 0 && !tenants.some(({ tenant }) => tenant === view)) throw nothingToShow(view);
    },
  };
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
  let warned = false;
  const warnOnce = (unseen: number): void => {
    if (!warned)
      log.warn(
        `${memories(unseen)} without a tenant, which nobody sees; graph-memory migrate-to-multitenant gives them one`,
      );
    warned = true;
  };
  return {
    scope: () => {
      scope ??= projectsOf(caller, projects).then((granted) => scopeOf({ ...caller, projects: granted }));
      return scope;
    },
    upkeepScope: maintenanceScope(caller.tenant),
    admit: (tenants) => {
      const unseen = unscoped(tenants);
      if (unseen === 0) return;
      if (!allowUnmigrated) throw unmigrated(unseen);
      warnOnce(unseen);
    },
  };
};

export const callerOf = (tenancy: Tenancy, projects: Projects): Caller => {
  if (tenancy.mode === 'multi') return oneCaller(tenancy.caller, tenancy.allowUnmigrated, projects);
  return tenancy.view === null ? wholeStore(tenancy.chosen) : oneTenantShown(tenancy.view);
};
