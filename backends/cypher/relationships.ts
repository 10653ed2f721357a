import type { MemoryId } from '../../src/domain/ids.ts';
import type { MemoryName } from '../../src/domain/memory.ts';
import { isSymmetric, type Relationship, relationshipTypes } from '../../src/domain/relationship.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { GraphLink, RelationshipQuery, RelationshipState, RelationshipWithEnds } from '../../src/storage/query.ts';
import { accessParameters, readable } from './access.ts';
import type { Dialect } from './dialect.ts';
import { where } from './filter.ts';
import { keyOf } from './keys.ts';
import { toRelationship } from './records.ts';
import type { Parameters, Row, Value } from './values.ts';

/** A record beside the edge, closed ones too, so that a relationship is found by id and by its words; the edge itself is there while it is live. */
export const stateOf: Readonly<Record<RelationshipState, readonly string[]>> = {
  live: ['r.live = true'],
  closed: ['r.valid_until IS NOT NULL', 'r.removed_at IS NULL'],
  removed: ['r.removed_at IS NOT NULL'],
  any: [],
};

/** Both ends, as far as the scope sees them. */
export const endConditions = (scope: TenantScope, trashToo: boolean): readonly string[] => [
  ...readable(scope, 'a'),
  ...readable(scope, 'b'),
  ...(trashToo ? [] : ['a.live = true', 'b.live = true']),
];

/**
 * Finds the ends by keys that were given names of their own: a key that is a property of `r` makes some planners join all memories. `carried`
 * are variables beside `r` that what follows needs.
 */
export const endsText = (carried: readonly string[] = []): string =>
  `WITH ${['r', ...carried].map((name) => `${name} AS ${name}`).join(', ')}, r.from_key AS source_key, r.to_key AS target_key
    MATCH (a:Memory {key: source_key}) MATCH (b:Memory {key: target_key})`;
const symmetricTypes = relationshipTypes.filter(isSymmetric);

interface Start {
  readonly text: string;
  readonly conditions: readonly string[];
  readonly parameters: Parameters;
}

/** From each side that counts; what has both ends among them is found twice. */
const starts = (scope: TenantScope, query: RelationshipQuery): readonly Start[] => {
  if (query.ids) {
    const keys = [...new Set(query.ids)].map((id) => keyOf(scope.tenant, id));
    return [
      {
        text: 'UNWIND $keys AS k MATCH (r:Relationship {key: k})',
        conditions: ofConditions(query),
        parameters: { keys, ...ofParameters(scope, query) },
      },
    ];
  }
  if (!query.of)
    return [
      {
        text: 'MATCH (r:Relationship)',
        conditions: [scope.tenant === null ? 'r.tenant_id IS NULL' : 'r.tenant_id = $tenant'],
        parameters: {},
      },
    ];
  const keys = [...new Set(query.of)].map((id) => keyOf(scope.tenant, id));
  const side = (end: string, symmetricOnly: boolean): Start => ({
    text: `UNWIND $keys AS k MATCH (r:Relationship {${end}: k})`,
    conditions: symmetricOnly ? ['r.type IN $symmetric'] : [],
    parameters: { keys, ...(symmetricOnly ? { symmetric: symmetricTypes } : {}) },
  });
  return [side('from_key', query.direction === 'incoming'), side('to_key', query.direction === 'outgoing')];
};

const ofConditions = ({ of, direction = 'both' }: RelationshipQuery): readonly string[] => {
  if (!of) return [];
  const from = direction === 'incoming' ? '(r.from_key IN $of AND r.type IN $symmetric)' : 'r.from_key IN $of';
  const to = direction === 'outgoing' ? '(r.to_key IN $of AND r.type IN $symmetric)' : 'r.to_key IN $of';
  return [`(${from} OR ${to})`];
};

const ofParameters = (scope: TenantScope, { of }: RelationshipQuery): Parameters =>
  of ? { of: of.map((id) => keyOf(scope.tenant, id)), symmetric: symmetricTypes } : {};

const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);

const toName = (id: MemoryId, called: unknown): MemoryName => {
  const [type, title] = called as [MemoryName['type'], string];
  return { id, type, title };
};

const toRelationshipWithEnds = ({ record, source, target }: Row): RelationshipWithEnds => {
  const relationship = toRelationship(record);
  return {
    relationship,
    from: toName(relationship.from, source),
    to: toName(relationship.to, target),
  };
};

export const listWithEnds = async (
  dialect: Dialect,
  scope: TenantScope,
  query: RelationshipQuery,
): Promise<readonly RelationshipWithEnds[]> => {
  if (query.limit < 1 || query.of?.length === 0 || query.ids?.length === 0 || query.types?.length === 0) return [];
  const own: string[] = [...stateOf[query.state ?? 'live']];
  const parameters: Record<string, Value> = { ...accessParameters(scope), limit: query.limit };
  if (query.types) {
    own.push('r.type IN $types');
    parameters.types = query.types;
  }
  if (query.after !== undefined) {
    own.push('r.id > $after');
    parameters.after = query.after;
  }
  const ends = endConditions(scope, query.withTrashedEnds === true);
  const answers = await Promise.all(
    starts(scope, query).map((start) =>
      dialect.read({
        text: `${start.text}${where([...start.conditions, ...own])} ${endsText()}${where(ends)}
          RETURN properties(r) AS record, [a.type, a.title] AS source, [b.type, b.title] AS target ORDER BY r.id ASC LIMIT $limit`,
        parameters: { ...parameters, ...start.parameters },
      }),
    ),
  );
  const found = new Map(
    answers
      .flat()
      .map(toRelationshipWithEnds)
      .map((each) => [each.relationship.id, each]),
  );
  return [...found.values()].sort((a, b) => byId(a.relationship, b.relationship)).slice(0, query.limit);
};

export const listRelationships = async (
  dialect: Dialect,
  scope: TenantScope,
  query: RelationshipQuery,
): Promise<readonly Relationship[]> =>
  (await listWithEnds(dialect, scope, query)).map(({ relationship }) => relationship);

/** Over the edges themselves: those of a hub are all looked at. */
export const linksAmong = async (
  dialect: Dialect,
  scope: TenantScope,
  ids: readonly MemoryId[],
): Promise<readonly GraphLink[]> => {
  if (ids.length === 0) return [];
  const keys = [...new Set(ids)].map((id) => keyOf(scope.tenant, id));
  const rows = await dialect.read({
    text: `UNWIND $keys AS k MATCH (a:Memory {key: k})-[e]->(b:Memory)${where([
      'b.key IN $keys',
      ...endConditions(scope, false),
    ])} RETURN e.id AS id, a.id AS source, b.id AS target, type(e) AS kind, coalesce(e.strength_exact, e.strength) AS strength, e.origin AS origin
      ORDER BY id ASC`,
    parameters: { ...accessParameters(scope), keys },
  });
  return rows.map(({ source, target, kind, strength, origin }) => ({
    from: source as GraphLink['from'],
    to: target as GraphLink['to'],
    type: kind as GraphLink['type'],
    strength: Number(strength),
    origin: origin as GraphLink['origin'],
  }));
};
