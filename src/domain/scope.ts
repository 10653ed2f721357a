import type { TenantId } from './ids.ts';

declare const brand: unique symbol;

/**
 * How far the rights of a caller go inside what it may read. `member` writes what it created, `admin` writes all that it may read.
 * `maintenance` is the server itself, keeping indexes and trash of one tenant in order: it reads and writes all of the tenant, and no
 * caller is ever given it.
 */
export type Role = 'member' | 'admin' | 'maintenance';

/** Who calls. Made from the configuration of the process or from a verified credential, never from an argument of a tool. */
export interface Principal {
  readonly tenant: TenantId;
  readonly user: string;
  /** Teams of the tenant that the user belongs to. `_everyone`, to which all of a tenant belong, need not be named. */
  readonly teams: readonly string[];
  /** Identities of the projects that were granted. */
  readonly projects: readonly string[];
  readonly role: Exclude<Role, 'maintenance'>;
}

interface Branded {
  readonly [brand]: 'TenantScope';
}

/** Single-tenant mode: the scope that means all. */
export interface WholeStore extends Branded {
  readonly tenant: null;
}

/** Multi-tenant mode: what `access.ts` lets this caller read and write, in one tenant. */
export interface CallerScope extends Branded {
  readonly tenant: TenantId;
  readonly user: string;
  /** Sorted, each once, `_everyone` among them. */
  readonly teams: readonly string[];
  /** Sorted, each once. */
  readonly projects: readonly string[];
  readonly role: Role;
}

/**
 * What a caller may touch, decided once in `auth/policy.ts`, which alone can make one.
 * A store method without a scope does not compile.
 */
export type TenantScope = WholeStore | CallerScope;
