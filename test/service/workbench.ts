import { randomUUID } from 'node:crypto';
import { afterEach, describe } from 'vitest';
import type * as z from 'zod';
import { singleTenantScope } from '../../src/auth/policy.ts';
import type { MemoryId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/memory.ts';
import { defaultRanking } from '../../src/search/ranking.ts';
import type { ServiceContext, ServiceSettings } from '../../src/service/context.ts';
import { noTrail, sessionTrails } from '../../src/service/session-trail.ts';
import { plainCursors } from '../../src/storage/cursor.ts';
import { guardStore } from '../../src/storage/guarded.ts';
import { tools } from '../../src/tools/registry.ts';
import type { ToolAnswer } from '../../src/tools/tool.ts';
import { reachableTargets } from '../conformance/targets.ts';

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

const reachable = await reachableTargets();

/** Runs the tests on every store that is there, each test on an empty one. */
export const onEveryStore = (
  name: string,
  define: (open: (settings?: Partial<ServiceSettings> & { readonly session?: string }) => Promise<Workbench>) => void,
): void => {
  describe.each(reachable)(`${name} on $name`, (target) => {
    const closing: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closing.splice(0)) await close();
    });
    define(async (settings = {}) => {
      const place = await target.place();
      const store = guardStore(await place.handle(), { deadlineMs: 20_000, readOnly: settings.readOnly ?? false });
      closing.push(async () => {
        await store.close();
        await place.destroy();
      });
      const used: MemoryId[] = [];
      const bench: Workbench = {
        used,
        now: noon,
        context: {
          scope: singleTenantScope,
          upkeepScope: singleTenantScope,
          cursors: plainCursors,
          store,
          settings: { allowCycles: false, readOnly: false, ranking: defaultRanking, ...settings },
          noteUse: (ids) => used.push(...ids),
          trail: settings.session ? sessionTrails()(settings.session) : noTrail,
          now: () => bench.now,
          newId: randomUUID,
          currentProject: async () => 'github.com/acme/shop',
          resolveProject: async (text) => text.trim(),
        },
        call: async (name, input) => {
          const tool = tools.find((candidate) => candidate.name === name);
          if (!tool) throw new Error(`no tool ${name}`);
          return tool.run(tool.input.parse(input) as z.output<typeof tool.input>, bench.context);
        },
        text: async (name, input) => (await bench.call(name, input)).text,
        facts: async (name, input) => (await bench.call(name, input)).structured ?? {},
        store: async (title, more = {}) => {
          const facts = await bench.facts('store_memory', {
            type: 'general',
            title,
            content: `About ${title}`,
            ...more,
          });
          return facts.id as MemoryId;
        },
        relate: (from, relationship_type, to, more = {}) =>
          bench.facts('create_relationship', { from_memory_id: from, to_memory_id: to, relationship_type, ...more }),
      };
      return bench;
    });
  });
};
