import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maintenanceScope } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { fullSchema } from '../../src/mcp/listed-tool.ts';
import type { WriteBatch } from '../../src/storage/batch.ts';
import type { Backend } from '../../src/storage/store.ts';
import { tools } from '../../src/tools/registry.ts';
import { reachableTargets } from '../conformance/targets.ts';
import { idArguments, type OwnIds, promptRows, resourceRows, toolRows, withEachReplaced } from './id-rows.ts';
import { type Person, Street } from './people-over-mcp.ts';

/** In every text that the caller may not read, and in nothing that he sends. */
const marker = 'zanzibar';

const never = { memory: 'deadbeef-0000-4000-8000-000000000001', edge: 'deadbeef-0000-4000-8000-000000000002' };

interface Unseen {
  readonly memory: string;
  readonly edge: string;
}

interface Scene {
  readonly me: Person;
  readonly own: OwnIds;
  readonly unseen: Readonly<Record<string, Unseen>>;
  /** Calls of the store so far. */
  readonly calls: string[];
  victims(): Promise<string>;
}

/** Uses are counted a second after an answer, whatever is asked meanwhile. */
const countsUsage = (name: string, batch: unknown): boolean =>
  name === 'write' && (batch as WriteBatch).operations.every(({ op }) => op === 'count_usage');

const watching =
  (calls: string[]) =>
  (backend: Backend): Backend =>
    new Proxy(backend, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name, store);
        if (typeof value !== 'function') return value;
        return (...input: unknown[]) => {
          if (!countsUsage(String(name), input[1])) calls.push(String(name));
          return Reflect.apply(value, store, input);
        };
      },
    });

const secret = (number: number): Record<string, unknown> => ({
  type: 'problem',
  title: `${marker} launch ${number}`,
  content: `${marker} launch plan ${number}`,
  summary: `${marker} plan`,
  tags: [marker, 'launch'],
  context: { languages: [marker], frameworks: [marker], files_involved: [`src/${marker}.ts`] },
});

const idOf = async (person: Person, tool: string, input: Record<string, unknown>): Promise<string> => {
  const { facts, text } = await person.call(tool, input);
  expect(facts.id, text).toBeDefined();
  return String(facts.id);
};

/** Memories that nobody but this person, or this tenant, reads: live, in the trash, and merged away. */
const hide = async (person: Person, audience: object): Promise<Readonly<Record<string, Unseen>>> => {
  const keep = (number: number): Promise<string> => idOf(person, 'store_memory', { ...secret(number), ...audience });
  const [live, other, trashed, alias] = [await keep(1), await keep(2), await keep(3), await keep(4)];
  const join = (from: string, to: string, type = 'CAUSES'): Promise<string> =>
    idOf(person, 'create_relationship', {
      from_memory_id: from,
      to_memory_id: to,
      relationship_type: type,
      context: `${marker} when launch`,
    });
  const edges = { live: await join(live, other), trashed: await join(trashed, live), ended: await join(other, live) };
  await person.call('delete_relationship', { relationship_id: edges.ended, reason: marker });
  await person.call('delete_memory', { memory_id: trashed, expected_version: 1, reason: marker });
  await person.call('merge_memories', { from_memory_id: alias, into_memory_id: other });
  return {
    live: { memory: live, edge: edges.live },
    trashed: { memory: trashed, edge: edges.trashed },
    merged: { memory: alias, edge: edges.ended },
  };
};

const prefixed = (name: string, of: Readonly<Record<string, Unseen>>): Record<string, Unseen> =>
  Object.fromEntries(Object.entries(of).map(([state, ids]) => [`${name}, ${state}`, ids]));

const withOut = (text: string, { memory, edge }: Unseen): string =>
  text.replaceAll(memory, '<memory>').replaceAll(edge, '<relationship>');

for (const target of await reachableTargets('multi')) {
  describe(`what may not be read, over MCP on ${target.name}`, () => {
    let street: Street;
    let scene: Scene;

    const setScene = async (): Promise<Scene> => {
      const calls: string[] = [];
      street = await Street.open(target, watching(calls));
      const now = (): number => Date.UTC(2026, 10, 23);
      const stranger = await street.person({ tenant: 'other', user: 'ann', teams: ['red'] }, { now });
      const mate = await street.person({ tenant: 'acme', user: 'bob', teams: ['red'] }, { now });
      const boss = await street.person({ tenant: 'acme', user: 'eva', teams: ['board'] }, { now });
      const me = await street.person({ tenant: 'acme', user: 'ann', teams: ['red'] }, { now });
      const unseen = {
        ...prefixed('of another tenant', await hide(stranger, { visibility: 'public' })),
        ...prefixed('private', await hide(mate, { visibility: 'private' })),
        ...prefixed('of another team', await hide(boss, { visibility: 'team', team_id: 'board' })),
      };
      const keep = (title: string): Promise<string> =>
        idOf(me, 'store_memory', { type: 'general', title, content: `Launch plan ${title}`, tags: ['launch'] });
      const [a, b, c] = [await keep('Alpha'), await keep('Beta'), await keep('Gamma')];
      const edge = await idOf(me, 'create_relationship', {
        from_memory_id: a,
        to_memory_id: b,
        relationship_type: 'CAUSES',
        context: 'when launch',
      });
      const handle = await street.handle();
      await handle.open();
      const victims = async (): Promise<string> => {
        const dumps = ['acme', 'other'].map(async (tenant) => {
          const scope = maintenanceScope(tenant as TenantId);
          const sort = { field: 'created_at', direction: 'asc' } as const;
          return [
            await handle.listMemories(scope, { filter: { state: 'any' }, sort, limit: 1_000 }),
            await handle.relationships(scope, { state: 'any', withTrashedEnds: true, limit: 1_000 }),
            await handle.changes(scope, { order: 'oldest_first', limit: 1_000 }),
          ];
        });
        const records = (await Promise.all(dumps)).flat(2) as readonly object[];
        return records
          .map((record) => JSON.stringify(record))
          .filter((line) => line.includes(marker))
          .join('\n');
      };
      return { me, own: { a, b, c, edge }, unseen, calls, victims };
    };

    beforeEach(async () => {
      scene = await setScene();
    });
    afterEach(() => street.close());

    /** Both the answer and the calls of the store that it took. */
    const toldOf = async (ids: Unseen, ask: (ids: Unseen) => Promise<string>): Promise<string> => {
      scene.calls.length = 0;
      const answer = await ask(ids);
      return `${withOut(answer, ids)}\n${scene.calls.join(' ')}`;
    };

    const sameForAll = async (what: string, ask: (ids: Unseen) => Promise<string>): Promise<void> => {
      const expected = await toldOf(never, ask);
      for (const [kind, ids] of Object.entries(scene.unseen)) {
        expect(await toldOf(ids, ask), `${what}: ${kind}`).toBe(expected);
      }
    };

    /** Beginnings of answers with a word of what may not be read, or with one of these ids. */
    const leaks = (ids: readonly string[] = []): readonly string[] =>
      scene.me.heard
        .filter((line) => [marker, ...ids].some((text) => line.includes(text)))
        .map((line) => line.slice(0, 500));

    test('every tool has a row, and every argument that takes an id is in it', () => {
      expect(Object.keys(toolRows).sort()).toEqual(tools.map(({ name }) => name).sort());
      for (const tool of tools) {
        const forms = [tool, tool.whenMultiTenant].flatMap((form) => (form ? [fullSchema(form)] : []));
        const rows = JSON.stringify(toolRows[tool.name]?.(scene.own));
        for (const name of forms.flatMap(idArguments)) expect(rows, `${tool.name} ${name}`).toContain(`"${name}":`);
      }
    });

    test('is for every tool like what never was, in words and in work, and stays as it is', async () => {
      const { me, own } = scene;
      const before = await scene.victims();
      let asked = 0;
      for (const [tool, rows] of Object.entries(toolRows)) {
        for (const row of rows(own)) {
          const places = withEachReplaced(
            row,
            new Map([...[own.a, own.b, own.c].map((id) => [id, 'm'] as const), [own.edge, 'r']]),
          );
          for (const { at, input } of places) {
            const fill = (ids: Unseen): Record<string, unknown> =>
              JSON.parse(
                JSON.stringify(input)
                  .replace('"m"', JSON.stringify(ids.memory))
                  .replace('"r"', JSON.stringify(ids.edge)),
              );
            asked += 1;
            await sameForAll(`${tool} ${at}`, async (ids) => {
              const { isError, text, facts } = await me.call(tool, fill(ids));
              return JSON.stringify({ isError, text, facts });
            });
          }
        }
      }
      expect(asked).toBeGreaterThan(25);
      expect(await scene.victims()).toBe(before);
      expect(leaks()).toEqual([]);
    });

    test('is not asked for by an argument: tenant and maker are taken from none', async () => {
      const { me, own } = scene;
      for (const [tool, rows] of Object.entries(toolRows)) {
        for (const name of ['tenant_id', 'created_by', 'context_tenant_id', 'user']) {
          const { isError, text } = await me.call(tool, { ...rows(own)[0], [name]: 'other' });
          const refused = [`unknown key "${name}"`, `"${name}" names another tenant`].some((words) =>
            text.includes(words),
          );
          expect(isError && refused, `${tool} ${name}: ${text}`).toBe(true);
        }
      }
      const forged = { type: 'general', title: 'Forged', content: 'Forged', context: { tenant_id: 'other' } };
      expect((await me.call('store_memory', forged)).text).toContain('unknown key "context.tenant_id"');
    });

    test('is for every resource and completion like what never was', async () => {
      const { me } = scene;
      const resources = await me.client.listResources();
      const own = resources.resources.filter(({ uri }) => !resourceRows.fixed.some((fixed) => fixed === uri));
      expect(own.map(({ name }) => name).sort()).toEqual(['Alpha', 'Beta', 'Gamma']);
      expect(resources.resources.length - own.length).toBe(resourceRows.fixed.length);
      const { resourceTemplates } = await me.client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(resourceRows.templates);

      const uri = ({ memory }: Unseen): { uri: string } => ({ uri: `memory://${memory}` });
      await sameForAll('read', (ids) => me.ask((client) => client.readResource(uri(ids))));
      await sameForAll('subscribe', (ids) => me.ask((client) => client.subscribeResource(uri(ids))));
      const [uriTemplate] = resourceRows.templates;
      const ref = { type: 'ref/resource', uri: uriTemplate } as const;
      const complete = (value: string): Promise<string> =>
        me.ask((client) => client.complete({ ref, argument: { name: 'id', value } }));
      await sameForAll('complete', ({ memory }) => complete(memory));
      await sameForAll('complete its beginning', ({ memory }) => complete(memory.slice(0, 13)));
      for (const value of ['', 'launch', 'plan']) await complete(value);
      await me.ask((client) => client.readResource({ uri: 'memory://recent' }));
      expect(leaks()).toEqual([]);
    });

    test('is in the answer of no tool, prompt and completion that asks for much', async () => {
      const { me, own } = scene;
      for (const [tool, rows] of Object.entries(toolRows)) {
        for (const row of rows(own)) {
          const { text } = await me.call(tool, row);
          expect(text, tool).not.toContain('internal');
        }
      }
      const { prompts } = await me.client.listPrompts();
      expect(prompts.map(({ name }) => name).sort()).toEqual(Object.keys(promptRows).sort());
      for (const { name, arguments: listed = [] } of prompts) {
        const row = promptRows[name] ?? {};
        expect(listed.map((argument) => argument.name)).toEqual(Object.keys(row));
        const answer = await me.ask((client) => client.getPrompt({ name, arguments: row }));
        expect(answer).toContain('messages');
        for (const argument of Object.keys(row)) {
          for (const value of ['', 'z', 'l', 'github']) {
            const ref = { type: 'ref/prompt', name } as const;
            await me.ask((client) => client.complete({ ref, argument: { name: argument, value } }));
          }
        }
      }
      expect(leaks(Object.values(scene.unseen).flatMap(({ memory, edge }) => [memory, edge]))).toEqual([]);
    });
  });
}
