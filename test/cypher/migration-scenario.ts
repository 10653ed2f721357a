import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import { keyOf } from '../../backends/cypher/keys.ts';
import { memoryProperties, relationshipProperties } from '../../backends/cypher/records.ts';
import { phases } from '../../backends/cypher/scope/carry.ts';
import { entryNode } from '../../backends/cypher/scope/entries.ts';
import { CypherMigration } from '../../backends/cypher/scope/store.ts';
import type { Row } from '../../backends/cypher/values.ts';
import { scopeOf } from '../../src/auth/policy.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { MigrationState, MigrationStore } from '../../src/storage/migration.ts';
import { makeMemory, makeRelationship } from '../support/builders.ts';

const tenant = 'acme' as TenantId;
const hold = { fence: 1, run: 1, until: 2 };
const [one, two] = [makeMemory({ id: 1 }), makeMemory({ id: 2 })];
const link = makeRelationship({ id: 1, from: 1, to: 2 });

const ledgerIn = (state: MigrationState): string =>
  JSON.stringify({
    operation: 'o',
    ...{ fence: 1, owner: 'me', expires: 1 },
    runs: [
      {
        ...{ no: 1, state, since: 0, base: 0, paused: false, entries: 0, done: 0, backup: null, plan: 'p' },
        assignment: { tenant, visibility: 'team', team: '_everyone', force: false, teamOf: null },
      },
    ],
  });

const entry = (kind: 'memory' | 'relationship', key: string): Row =>
  entryNode(tenant, 1, { kind, key, version: 1, content: 'c', prior: {}, next: {} });

const nodes = (label: string, owner: TenantId | null): readonly Row[] => {
  if (label === 'Carried') return [entry('memory', one.id), entry('relationship', link.id)];
  if (label === 'Relationship') {
    const [from_key, to_key] = [keyOf(owner, one.id), keyOf(owner, two.id)];
    return [{ ...relationshipProperties(link), key: keyOf(owner, link.id), from_key, to_key, strength: 0.5 }];
  }
  const versions = owner === null ? [one, two] : [{ ...one, version: 2 }, two];
  return versions.map((memory) => ({
    ...memoryProperties(memory),
    ...{ key: keyOf(owner, memory.id), importance: 0.5, confidence: 0.5, live: true },
  }));
};

const line = { seq: 9, at: 1, entity: 'memory', entity_id: one.id, version: 1, kind: 'created', key: 'acme/change/9' };

/** As much of an answer as the code needs in order to go on to its next statement. */
const answerTo = ({ text, parameters }: Statement, state: MigrationState, phase: string): readonly Row[] => {
  if (text.startsWith('MATCH (s:State')) return [{ value: ledgerIn(state), done: true }];
  if (text.startsWith('MATCH (h:Head') && text.includes('AS record')) {
    const place = JSON.stringify({ run: 1, phase, after: '', entries: 0, digest: '0', done: 0, caughtUp: true });
    return [{ record: { revision: 0, seq: 0, operations: [], place, fence: 1 } }];
  }
  if (text.includes('AS done')) return [{ done: true }];
  if (text.includes('RETURN count(n) AS n')) return [{ n: 1 }];
  if (text.includes('(c:Change')) return [{ record: line }];
  const [, label = ''] = /\(n:(\w+)/.exec(text) ?? [];
  if (label === '' || !text.includes('AS record')) return [];
  const keys = parameters.keys as readonly string[] | undefined;
  const from = String(keys?.[0] ?? parameters.after ?? '');
  return nodes(label, from.startsWith('/') ? null : tenant)
    .filter(({ key }) => keys === undefined || keys.includes(String(key)))
    .map((record) => ({ record }));
};

const person = (user: string) => scopeOf({ tenant, user, teams: [], projects: [], role: 'member' });
const readers = { author: person('a'), colleague: person('b'), stranger: person('c') };

type Step = (store: MigrationStore) => Promise<unknown>;

const steps: readonly (readonly [name: string, state: MigrationState, step: Step])[] = [
  ['status', 'enforced', (store) => store.status()],
  ['counts', 'enforced', (store) => store.counts()],
  ['memories', 'planned', (store) => store.rows('memory', tenant, null, 5)],
  ['relationships', 'planned', (store) => store.rows('relationship', tenant, null, 5)],
  ['changes', 'planned', (store) => store.rows('change', tenant, null, 5)],
  ['a lease', 'planned', (store) => store.acquire('me', 9, 9, () => true)],
  ['an expansion', 'backed_up', (store) => store.expand(hold)],
  ['what came in', 'enforced', (store) => store.arrived(1, 'change', null, 5)],
  ['the content of now', 'enforced', (store) => store.contentNow('memory', [one.id], tenant)],
  ['a probe', 'enforced', (store) => store.probe({ no: 1, state: 'enforced' } as never, readers)],
  ['the way back', 'enforced', (store) => store.contract(hold)],
  ['undone', 'rolling_back', (store) => store.undo(hold, 5)],
  ['what came in taken out', 'rolling_back', (store) => store.removeArrivals(hold, 5)],
  ['dropped', 'finalized', (store) => store.dropJournal(hold, 5)],
  ['audit', 'enforced', (store) => store.inspect()],
];

/** Every statement of a migration. What the answers would have to be for a call to end well is not looked at. */
export const playMigration = async (
  dialect: Dialect,
  into: (statement: Statement) => void,
  enter: (call: string) => void,
): Promise<void> => {
  const play = async (name: string, state: MigrationState, phase: string, step: Step): Promise<void> => {
    enter(`migration: ${name}`);
    const answer = async (statement: Statement): Promise<readonly Row[]> => {
      into(statement);
      return answerTo(statement, state, phase);
    };
    const own = { ...dialect, open: async () => {}, close: async () => {}, read: answer, write: answer };
    const parted = dialect.partOf === undefined ? own : { ...own, partOf: () => own, parts: async () => [own] };
    await step(new CypherMigration(() => parted)).catch(() => undefined);
  };
  for (const phase of phases) await play(phase, 'backfilling', phase, (store) => store.backfill(hold, 5));
  for (const [name, state, step] of steps) await play(name, state, 'done', step);
};
