import { randomUUID } from 'node:crypto';
import { afterEach, describe } from 'vitest';
import type * as z from 'zod';
import { maintenanceScope, scopeOf, singleTenantScope } from '../../src/auth/policy.ts';
import type { MemoryId, TenantId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/memory.ts';
import type { Principal } from '../../src/domain/scope.ts';
import { defaultRanking } from '../../src/search/ranking.ts';
import type { ServiceContext, ServiceSettings } from '../../src/service/context.ts';
import { noTrail, sessionTrails } from '../../src/service/session-trail.ts';
import { plainCursors } from '../../src/storage/cursor.ts';
import { type GuardedStore, guardStore } from '../../src/storage/guarded.ts';
import { tools } from '../../src/tools/registry.ts';
import type { ToolAnswer } from '../../src/tools/tool.ts';
import type { Mode, Target } from '../conformance/target.ts';
import { reachableTargets, targetsInProcess } from '../conformance/targets.ts';
import { asMember } from './as-member.ts';

/** A store with the use cases on top of it, called as the tools are. */
export interface Workbench {
  readonly context: ServiceContext;
  /** What answers counted as used. */
  readonly used: MemoryId[];
  /** The clock; tests turn it. */
  now: number;
  call(tool: string, input: Record<string, unknown>): Promise<ToolAnswer>;
  /** The text of an answer. */
  text(tool: string, input: Record<string, unknown>): Promise<string>;
  /** The facts of a write's answer. */
  facts(tool: string, input: Record<string, unknown>): Promise<JsonObject>;
  /** Stores a memory and returns its id. */
  store(title: string, more?: Record<string, unknown>): Promise<MemoryId>;
  relate(from: MemoryId, type: string, to: MemoryId, more?: Record<string, unknown>): Promise<JsonObject>;
}

export const noon = Date.UTC(2026, 10, 23, 12);
export const shop = 'github.com/acme/shop';

type Settings = Partial<ServiceSettings> & { readonly session?: string };
type Scopes = Pick<ServiceContext, 'scope' | 'upkeepScope'>;

const workbenchOn = (
  store: GuardedStore,
  scopes: Scopes,
  { session, ...settings }: Settings,
  dress: typeof asMember = (_, call) => call,
): Workbench => {
  const used: MemoryId[] = [];
  const bench: Workbench = {
    used,
    now: noon,
    context: {
      ...scopes,
      cursors: plainCursors,
      store,
      settings: { allowCycles: false, readOnly: false, ranking: defaultRanking, ...settings },
      noteUse: (ids) => used.push(...ids),
      trail: session ? sessionTrails()(session, scopes.scope) : noTrail,
      now: () => bench.now,
      newId: randomUUID,
      currentProject: async () => shop,
      resolveProject: async (text) => text.trim(),
    },
    call: async (name, input) =>
      dress(bench.context, async (tool, given) => {
        const found = tools.find((candidate) => candidate.name === tool);
        if (!found) throw new Error(`no tool ${tool}`);
        return found.run(found.input.parse(given) as z.output<typeof found.input>, bench.context);
      })(name, input),
    text: async (name, input) => (await bench.call(name, input)).text,
    facts: async (name, input) => (await bench.call(name, input)).structured ?? {},
    store: async (title, more = {}) => {
      const memory = { type: 'general', title, content: `About ${title}`, ...more };
      return (await bench.facts('store_memory', memory)).id as MemoryId;
    },
    relate: (from, relationship_type, to, more = {}) =>
      bench.facts('create_relationship', { from_memory_id: from, to_memory_id: to, relationship_type, ...more }),
  };
  return bench;
};

type Open = (mode: Mode, readOnly: boolean) => Promise<GuardedStore>;

/** What is opened is closed after each test. */
const onTarget = (name: string, target: Target, define: (open: Open) => void): void => {
  describe(`${name} on ${target.name}`, () => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0)) await close();
    });
    define(async (mode, readOnly) => {
      const place = await target.place();
      const store = guardStore(await place.handle(mode), { deadlineMs: 20_000, readOnly });
      closing.push(async () => {
        await store.close();
        await place.destroy();
      });
      return store;
    });
  });
};

/** Those on servers too where there is time for them, if a test can have two of them at once. */
const played = async (mode: Mode): Promise<readonly Target[]> =>
  process.env.SOAK === '1'
    ? (await reachableTargets(mode)).filter(({ onePlace }) => onePlace !== true)
    : targetsInProcess(mode);

const reachable = await played('single');
const reachableByTenants = await played('multi');

const everything: Scopes = { scope: singleTenantScope, upkeepScope: singleTenantScope };

/**
 * Runs the tests on every store that is there, each test on an empty one: as one person's store, and as a member of a tenant, where the same
 * holds but for what a test leaves out by `mode`.
 */
export const onEveryStore = (
  name: string,
  define: (open: (settings?: Settings) => Promise<Workbench>, mode: Mode) => void,
): void => {
  for (const target of reachable) {
    onTarget(name, target, (open) =>
      define(
        async (settings = {}) => workbenchOn(await open('single', settings.readOnly ?? false), everything, settings),
        'single',
      ),
    );
  }
  const member = scopesOf({ user: 'ann' });
  for (const target of reachableByTenants) {
    onTarget(`${name}, as a member,`, target, (open) =>
      define(
        async (settings = {}) =>
          workbenchOn(await open('multi', settings.readOnly ?? false), member, settings, asMember),
        'multi',
      ),
    );
  }
};

/** Somebody of `acme` who works on the shop, unless said otherwise. */
export type Somebody = Partial<Omit<Principal, 'tenant'>> & { readonly user: string; readonly tenant?: string };

/** The same store as this person sees it. */
export type As = (somebody: Somebody | string, settings?: Settings) => Workbench;

const scopesOf = ({ tenant = 'acme', teams = [], projects = [shop], role = 'member', user }: Somebody): Scopes => ({
  scope: scopeOf({ tenant: tenant as TenantId, user, teams, projects, role }),
  upkeepScope: maintenanceScope(tenant as TenantId),
});

/** A store that a test opened itself, as one person's or as somebody of a tenant sees it. */
export const benchOn = (store: GuardedStore, somebody: Somebody | null = null): Workbench =>
  workbenchOn(store, somebody === null ? everything : scopesOf(somebody), {});

/** The same with a store of many tenants, which each test uses as several people. */
export const onEverySharedStore = (name: string, define: (open: () => Promise<As>) => void): void => {
  for (const target of reachableByTenants) {
    onTarget(name, target, (open) =>
      define(async () => {
        const store = await open('multi', false);
        return (somebody, settings = {}) =>
          workbenchOn(store, scopesOf(typeof somebody === 'string' ? { user: somebody } : somebody), settings);
      }),
    );
  }
};
