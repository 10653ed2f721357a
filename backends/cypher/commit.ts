import { audienceOf } from '../../src/domain/access.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { Memory } from '../../src/domain/memory.ts';
import { type Relationship, type RelationshipType, relationshipTypes } from '../../src/domain/relationship.ts';
import type { Change } from '../../src/storage/query.ts';
import { unreadable } from './changes.ts';
import type { Dialect, Statement } from './dialect.ts';
import { type Draft, type KeptMemory, type KeptRelationship, relationshipIn } from './draft.ts';
import { foldCase } from './filter.ts';
import { audienceMark, keyOf, namedKey } from './keys.ts';
import { headName, liveKey } from './load-images.ts';
import { titleBytes } from './memories.ts';
import { isLiveMemory, isLiveRelationship, memoryProperties, relationshipProperties } from './records.ts';
import { indexedToken } from './tokens.ts';
import type { Properties, Value } from './values.ts';
import { vectorProperties } from './vectors.ts';
import { wordDeltas } from './word-nodes.ts';

/** What is done with each of some rows. */
export interface Mutation {
  readonly name: string;
  readonly rows: readonly Value[];
  readonly body: string;
}

/** What a commit changes beside what its draft says, in the same transaction. */
export interface Beside {
  readonly head: Properties;
  readonly mutations: readonly Mutation[];
}

/** What one statement changes, as lists of rows. */
interface Mutations {
  readonly texts: string[];
  readonly parameters: Record<string, Value>;
}

const operationsKept = 50;

const audienceText = ({ context }: Memory): string => audienceOf(context) ?? '';

const memoryNode = (tenant: TenantId | null, { memory, texts }: KeptMemory): Properties => ({
  ...memoryProperties(memory),
  key: keyOf(tenant, memory.id),
  live: isLiveMemory(memory),
  ...(tenant === null ? {} : { audience: audienceText(memory) }),
  title_bytes: titleBytes(memory.title),
  folded_languages: memory.context.languages.map(foldCase),
  folded_frameworks: memory.context.frameworks.map(foldCase),
  ...texts,
});

const relationshipNode = (
  tenant: TenantId | null,
  { relationship, words }: KeptRelationship,
  longest: number,
): Properties => {
  const mark = audienceMark(tenant, '');
  return {
    ...relationshipProperties(relationship),
    key: keyOf(tenant, relationship.id),
    from_key: keyOf(tenant, relationship.from),
    to_key: keyOf(tenant, relationship.to),
    live: isLiveRelationship(relationship),
    ...(isLiveRelationship(relationship) ? { live_key: liveKey(keyOf(tenant, ''), relationship) } : {}),
    words: words.join(' '),
    text: words.map((word) => indexedToken(mark, word, longest)).join(' '),
  };
};

/** On the edge itself stands what a walk needs, and what a person who looks at the graph wants to read. */
const edge = (tenant: TenantId | null, { relationship, words }: KeptRelationship): Properties => {
  const { id, strength, strength_exact, confidence, description, origin, created_at } =
    relationshipProperties(relationship);
  return {
    ...(description === undefined ? {} : { description }),
    ...(strength_exact === undefined ? {} : { strength_exact }),
    ...{ id, strength, confidence, origin, created_at },
    key: keyOf(tenant, relationship.id),
    from_key: keyOf(tenant, relationship.from),
    to_key: keyOf(tenant, relationship.to),
    words: words.length,
  } as Properties;
};

/** What `seen` compares with the audiences of a caller; text that is none of them where nobody may read what stood before. */
const audienceBefore = (tenant: TenantId | null, { entity, before }: Change): string | null => {
  if (before === null || tenant === null) return null;
  if (entity === 'relationship') return (before as Relationship).tenantId === tenant ? null : unreadable;
  const { context } = before as Memory;
  return context.tenantId === tenant ? (audienceOf(context) ?? '') : unreadable;
};

const changeNode = (tenant: TenantId | null, draft: Draft, change: Change): Properties => {
  const { seq, at, entity, id, version, kind, by, reason, before } = change;
  const kept = entity === 'relationship' ? relationshipIn(draft, id)?.relationship : { from: id, to: id };
  const former = entity === 'relationship' ? before : null;
  const ends = kept ?? former;
  const formerEnds = former ?? ends;
  const adopted = draft.adopted.get(seq);
  const audience = adopted === undefined ? audienceBefore(tenant, change) : adopted.audience;
  const keys = (name: string, pair: Pick<Relationship, 'from' | 'to'> | null): Properties =>
    pair === null ? {} : { [`${name}from_key`]: keyOf(tenant, pair.from), [`${name}to_key`]: keyOf(tenant, pair.to) };
  return {
    ...{ seq, at, entity, entity_id: id, version, kind, tenant: tenant ?? '' },
    key: `${keyOf(tenant, 'change')}/${seq}`,
    ...(by === null ? {} : { changed_by: by }),
    ...(reason === null ? {} : { reason }),
    ...(before === null ? {} : { before: JSON.stringify(before) }),
    ...(audience === null ? {} : { audience }),
    ...(adopted === undefined ? {} : { adopted: true }),
    ...keys('', ends),
    ...keys('former_', formerEnds),
  };
};

const add = (mutations: Mutations, name: string, rows: readonly Value[], body: string): void => {
  if (rows.length === 0) return;
  mutations.texts.push(`FOREACH (row IN $${name} | ${body})`);
  mutations.parameters[name] = rows;
};

const ends = 'MERGE (a:Memory {key: row.from_key}) MERGE (b:Memory {key: row.to_key})';

const addEdges = (mutations: Mutations, tenant: TenantId | null, draft: Draft): void => {
  const put = new Map<RelationshipType, Properties[]>();
  const gone = new Map<RelationshipType, Properties[]>();
  const into = (lists: Map<RelationshipType, Properties[]>, kept: KeptRelationship): void => {
    const { type } = kept.relationship;
    lists.set(type, [...(lists.get(type) ?? []), edge(tenant, kept)]);
  };
  const isGone = ({ relationship: { from, to } }: KeptRelationship): boolean =>
    draft.memories.get(from) === null || draft.memories.get(to) === null;
  for (const [id, after] of draft.relationships) {
    const before = draft.images.relationships.get(id);
    const [was, is] = [before, after].map((kept) => kept && isLiveRelationship(kept.relationship));
    const moved = was && is && before && after && liveKey('', before.relationship) !== liveKey('', after.relationship);
    // An edge goes with the memory at its end.
    if (was && before && (!is || moved) && !isGone(before)) into(gone, before);
    if (is && after) into(put, after);
  }
  // A type cannot be a parameter; these come from the closed list.
  for (const type of relationshipTypes) {
    add(mutations, `gone_${type}`, gone.get(type) ?? [], `${ends} MERGE (a)-[e:${type} {key: row.key}]->(b) DELETE e`);
    add(mutations, `put_${type}`, put.get(type) ?? [], `${ends} MERGE (a)-[e:${type} {key: row.key}]->(b) SET e = row`);
  }
};

const addAudiences = (mutations: Mutations, tenant: TenantId | null, draft: Draft): void => {
  const deltas = new Map<string, { memories: number; tokens: number }>();
  const count = (kept: KeptMemory | null | undefined, sign: 1 | -1): void => {
    if (!kept || !isLiveMemory(kept.memory)) return;
    const audience = audienceText(kept.memory);
    const delta = deltas.get(audience) ?? { memories: 0, tokens: 0 };
    deltas.set(audience, {
      memories: delta.memories + sign,
      tokens: delta.tokens + sign * Number(kept.texts.length ?? 0),
    });
  };
  for (const [id, after] of draft.memories) {
    count(draft.images.memories.get(id), -1);
    count(after, 1);
  }
  const rows = [...deltas]
    .filter(([, { memories, tokens }]) => memories !== 0 || tokens !== 0)
    .map(([audience, delta]) => ({
      key: namedKey(tenant, audience),
      tenant: tenant ?? '',
      audience,
      ...delta,
    }));
  add(
    mutations,
    'audiences',
    rows,
    `MERGE (c:Audience {key: row.key}) SET c.tenant = row.tenant, c.audience = row.audience,
      c.memories = coalesce(c.memories, 0) + row.memories, c.tokens = coalesce(c.tokens, 0) + row.tokens`,
  );
};

const addWords = (mutations: Mutations, tenant: TenantId | null, draft: Draft, longest: number): void =>
  add(
    mutations,
    'words',
    wordDeltas(tenant, draft, longest).map((delta) => ({ ...delta })),
    'MERGE (w:Word {key: row.key}) SET w.text = row.text, w.memories = coalesce(w.memories, 0) + row.memories',
  );

export const put = (label: string): string => `MERGE (n:${label} {key: row.key}) SET n = row`;
export const drop = (label: string): string => `MERGE (n:${label} {key: row}) DETACH DELETE n`;

const addPurged = (mutations: Mutations, tenant: TenantId | null, draft: Draft): void => {
  const purged = [...draft.purged].filter((id) => draft.images.memories.has(id));
  const purgeable = purged.flatMap((id) => draft.images.purgeable.get(id) ?? []);
  const rows = (keys: readonly string[]): readonly string[] => [...new Set(keys)];
  add(mutations, 'gone_changes', rows(purgeable.flatMap(({ changes }) => changes)), drop('Change'));
  add(mutations, 'gone_vectors', rows(purgeable.flatMap(({ vectors }) => vectors)), drop('Vector'));
  const gone = [...draft.relationships].flatMap(([id, kept]) =>
    kept === null && draft.images.relationships.has(id) ? [keyOf(tenant, id)] : [],
  );
  add(mutations, 'gone_relationships', gone, drop('Relationship'));
  add(
    mutations,
    'gone_memories',
    purged.flatMap((id) => (draft.memories.get(id) ? [] : [keyOf(tenant, id)])),
    drop('Memory'),
  );
};

const addPut = (mutations: Mutations, tenant: TenantId | null, draft: Draft, longest: number): void => {
  const memories = [...draft.memories.values()].flatMap((kept) => (kept === null ? [] : [memoryNode(tenant, kept)]));
  add(mutations, 'memories', memories, put('Memory'));
  const relationships = [...draft.relationships.values()].flatMap((kept) =>
    kept === null ? [] : [relationshipNode(tenant, kept, longest)],
  );
  add(mutations, 'relationships', relationships, put('Relationship'));
  const vectors = [...draft.vectors].flatMap(([id, models]) =>
    [...models.values()].map(({ model, version, vector }) =>
      vectorProperties(keyOf(tenant, id), model, version, vector),
    ),
  );
  add(mutations, 'vectors', vectors, put('Vector'));
  const states = [...draft.states].map(([name, value]) => ({
    key: keyOf(tenant, name),
    value,
    tenant: tenant ?? '',
  }));
  add(mutations, 'states', states, put('State'));
};

/**
 * One statement that writes all of the draft, if the head still stands where it was read, else nothing; then it answers with no row.
 * It moves the head before it looks at it: a database that reads what was committed a moment ago takes its lock there.
 */
export const commitStatement = (
  { longestToken: longest, keepsWords }: Dialect,
  tenant: TenantId | null,
  draft: Draft,
  operation: string,
  beside: Beside = { head: {}, mutations: [] },
): Statement => {
  const { head } = draft.images;
  const mutations: Mutations = { texts: [], parameters: {} };
  addPurged(mutations, tenant, draft);
  addPut(mutations, tenant, draft, longest);
  addEdges(mutations, tenant, draft);
  addAudiences(mutations, tenant, draft);
  if (keepsWords) addWords(mutations, tenant, draft, longest);
  add(
    mutations,
    'changes',
    draft.changes.map((change) => changeNode(tenant, draft, change)),
    put('Change'),
  );
  for (const { name, rows, body } of beside.mutations) add(mutations, name, rows, body);
  const next = {
    ...beside.head,
    revision: head.revision + 1,
    seq: draft.seq,
    operations: [...head.operations, operation].slice(-operationsKept),
    ...(draft.at === null ? {} : { at: draft.at }),
  };
  return {
    text: [
      'MATCH (h:Head {key: $head}) SET h.lock = $operation WITH h AS x WHERE x.revision = $revision SET x += $next',
      ...mutations.texts,
      'RETURN true AS done',
    ].join('\n'),
    parameters: {
      ...mutations.parameters,
      head: keyOf(tenant, headName),
      operation,
      revision: head.revision,
      next,
    },
  };
};
