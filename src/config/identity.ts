import type { TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/scope.ts';
import { AppError } from '../errors.ts';

/** What the variables say of tenants and callers. */
export interface IdentityValues {
  readonly MEMORY_MULTI_TENANT_MODE: boolean;
  readonly MEMORY_DEFAULT_TENANT: string;
  readonly MEMORY_USER_ID: string;
  readonly MEMORY_TEAM_IDS: readonly string[];
  readonly MEMORY_PROJECTS: readonly string[];
  readonly MEMORY_REQUIRE_AUTH: boolean;
  readonly MEMORY_AUTH_PROVIDER: string;
  readonly MEMORY_TRUST_LOCAL_CALLERS: boolean;
  readonly MEMORY_ALLOW_UNMIGRATED: boolean;
  readonly MEMORY_SINGLE_TENANT_VIEW: string;
}

/** A caller as configured: its projects are resolved when the first call needs them. Null: that of the process. */
export type ConfiguredCaller = Omit<Principal, 'projects'> & { readonly projects: readonly string[] | null };

export type Tenancy =
  | {
      /** One person's store. */
      readonly mode: 'single';
      /** Chosen, not left to the default: a store of one tenant is then shown whole. */
      readonly chosen: boolean;
      /** The one tenant shown of a store that holds several. */
      readonly view: TenantId | null;
    }
  | {
      readonly mode: 'multi';
      readonly caller: ConfiguredCaller;
      /** Whoever reaches the HTTP port is taken for the caller. */
      readonly trustLocalCallers: boolean;
      readonly allowUnmigrated: boolean;
    };

const invalid = (message: string, ...variables: readonly string[]): AppError =>
  new AppError('config_invalid', message, { details: { variables } });

/** Throws `config_invalid` that names the variable at fault. `isGiven`: not left to its default. */
export const tenancyOf = (values: IdentityValues, isGiven: (name: keyof IdentityValues) => boolean): Tenancy => {
  if (values.MEMORY_AUTH_PROVIDER !== 'none') {
    throw invalid(
      `MEMORY_AUTH_PROVIDER: ${values.MEMORY_AUTH_PROVIDER} is not built in yet. Unset it, and give each user a process of their own over stdio.`,
      'MEMORY_AUTH_PROVIDER',
    );
  }
  if (values.MEMORY_REQUIRE_AUTH) {
    throw invalid(
      'MEMORY_REQUIRE_AUTH is set, but MEMORY_AUTH_PROVIDER is none: no caller could be let in. Unset MEMORY_REQUIRE_AUTH.',
      'MEMORY_REQUIRE_AUTH',
      'MEMORY_AUTH_PROVIDER',
    );
  }
  if (!values.MEMORY_MULTI_TENANT_MODE) {
    const view = values.MEMORY_SINGLE_TENANT_VIEW;
    const chosen = isGiven('MEMORY_MULTI_TENANT_MODE');
    return Object.freeze({ mode: 'single', chosen, view: view === '' ? null : (view as TenantId) });
  }
  if (values.MEMORY_SINGLE_TENANT_VIEW !== '') {
    throw invalid(
      'MEMORY_SINGLE_TENANT_VIEW is for single-tenant mode: unset it, or unset MEMORY_MULTI_TENANT_MODE.',
      'MEMORY_SINGLE_TENANT_VIEW',
      'MEMORY_MULTI_TENANT_MODE',
    );
  }
  if (values.MEMORY_USER_ID === '') {
    throw invalid(
      'MEMORY_MULTI_TENANT_MODE needs MEMORY_USER_ID: name the user for whom this process acts, e.g. MEMORY_USER_ID=alice.',
      'MEMORY_USER_ID',
    );
  }
  const caller: ConfiguredCaller = Object.freeze({
    tenant: values.MEMORY_DEFAULT_TENANT as TenantId,
    user: values.MEMORY_USER_ID,
    teams: values.MEMORY_TEAM_IDS,
    projects: isGiven('MEMORY_PROJECTS') ? values.MEMORY_PROJECTS : null,
    role: 'member',
  });
  return Object.freeze({
    mode: 'multi',
    caller,
    trustLocalCallers: values.MEMORY_TRUST_LOCAL_CALLERS,
    allowUnmigrated: values.MEMORY_ALLOW_UNMIGRATED,
  });
};
