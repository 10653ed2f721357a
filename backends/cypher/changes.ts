import { audiencesOf } from '../../src/domain/access.ts';
import type { TenantScope } from '../../src/domain/scope.ts';
import type { Change, ChangeQuery } from '../../src/storage/query.ts';
import { accessParameters, readable } from './access.ts';
import type { Dialect } from './dialect.ts';
import { where } from './filter.ts';
import type { Row, Value } from './values.ts';

export const toChange = ({
  seq,
  at,
  entity,
  entity_id: id,
  version,
  kind,
  changed_by,
  reason,
  before,
}: Row): Change => {
  return {
    seq,
    at,
    entity,
    id,
    version,
    kind,
    by: changed_by ?? null,
    reason: reason ?? null,
    before: before === undefined || before === null ? null : JSON.parse(before as string),
  } as Change;
};

/** In place of the audience of a record that nobody of the tenant could have read. */
export const unreadable = '-';

/** A change is seen with the memories it is of, and where the record that it replaced could be read, with the ends that it had. */
const seen = (scope: TenantScope): { readonly text: string; readonly parameters: Readonly<Record<string, Value>> } => {
  if (scope.tenant === null) return { text: '', parameters: {} };
  const audiences = audiencesOf(scope);
  const conditions = ['a', 'b', 'x', 'y'].flatMap((name) => readable(scope, name));
  conditions.push(`(c.audience IS NULL OR c.audience ${audiences === null ? '<> $unreadable' : 'IN $audiences'})`);
  return {
    // Keys get names of their own, as in `endsText`.
    text: ` WITH c AS c, c.from_key AS ka, c.to_key AS kb, c.former_from_key AS kx, c.former_to_key AS ky
      MATCH (a:Memory {key: ka}) MATCH (b:Memory {key: kb}) MATCH (x:Memory {key: kx}) MATCH (y:Memory {key: ky})${where(conditions)}`,
    parameters: audiences === null ? { unreadable } : { audiences },
  };
};

export const listChanges = async (
  dialect: Dialect,
  scope: TenantScope,
  query: ChangeQuery,
): Promise<readonly Change[]> => {
  if (query.limit < 1) return [];
  const conditions = ['c.tenant = $log'];
  const parameters: Record<string, Value> = { ...accessParameters(scope), log: scope.tenant ?? '', limit: query.limit };
  const add = (text: string, name: string, value: Value | undefined): void => {
    if (value === undefined) return;
    conditions.push(text);
    parameters[name] = value;
  };
  add('c.entity = $entity', 'entity', query.entity);
  add('c.seq > $after', 'after', query.afterSeq);
  add('c.seq < $before', 'before', query.beforeSeq);
  add('c.at >= $since', 'since', query.since);
  const visible = seen(scope);
  // By each of them: not every store looks up a list in an index.
  const start = query.ids === undefined ? 'MATCH (c:Change)' : 'UNWIND $ids AS i MATCH (c:Change {entity_id: i})';
  if (query.ids !== undefined) parameters.ids = [...new Set(query.ids)];
  const rows = await dialect.read({
    text: `${start}${where(conditions)}${visible.text} RETURN properties(c) AS record
      ORDER BY c.seq ${query.order === 'oldest_first' ? 'ASC' : 'DESC'} LIMIT $limit`,
    parameters: { ...parameters, ...visible.parameters },
  });
  return rows.map(({ record }) => toChange(record as Row));
};
