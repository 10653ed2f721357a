import type { Finding } from '../../src/storage/store.ts';
import type { Dialect } from './dialect.ts';

/** No graph database keeps a tenant from being changed by others than us: that it has not been is asked. */
const questions: readonly (readonly [count: string, what: string])[] = [
  [
    "MATCH (m:Memory) WHERE m.key <> m.context_tenant_id + '/' + m.id RETURN count(m) AS n",
    'Memories that changed their tenant',
  ],
  [
    "MATCH (r:Relationship) WHERE r.key <> r.tenant_id + '/' + r.id RETURN count(r) AS n",
    'Relationships that changed their tenant',
  ],
  [
    'MATCH (a:Memory)-[e]->(b:Memory) WHERE a.context_tenant_id <> b.context_tenant_id RETURN count(e) AS n',
    'Relationships from one tenant to another',
  ],
];

const fix = 'Something else than graph-memory wrote to the database. Restore it from the last backup before that.';

/** Whether everything is still where it was made, in all parts of a store of multi-tenant mode. */
export const auditTenants = async (parts: readonly Dialect[]): Promise<readonly Finding[]> => {
  const asked = questions.map(async ([text, what]): Promise<Finding[]> => {
    const answers = await Promise.all(parts.map((part) => part.read({ text, parameters: {} })));
    const n = answers.flat().reduce((sum, row) => sum + Number(row.n), 0);
    return n === 0 ? [] : [{ severity: 'error', what: `${what}: ${n}`, fix }];
  });
  const faults = (await Promise.all(asked)).flat();
  return faults.length > 0
    ? faults
    : [{ severity: 'ok', what: 'Every record is in the tenant that it was made in', fix: null }];
};
