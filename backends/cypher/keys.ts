import { createHash } from 'node:crypto';
import type { TenantId } from '../../src/domain/ids.ts';

/** The unique property of what belongs to a tenant; in single-tenant mode the tenant is empty. A tenant's name holds no slash. */
export const keyOf = (tenant: TenantId | null, id: string): string => `${tenant ?? ''}/${id}`;

/** The same for what people named: a key never ends in a blank, which some indexes do not tell from none. */
export const namedKey = (tenant: TenantId | null, name: string): string => keyOf(tenant, `${name}.`);

const digestLength = 10;

/**
 * Letters and digits of fixed length that stand for one audience of one tenant: 51 bits, so that two of a million audiences are the same
 * with a chance of one in four thousand. What matches is read back through the access rule all the same.
 */
export const audienceMark = (tenant: TenantId | null, audience: string): string => {
  if (tenant === null) return '';
  const bits = createHash('sha256').update(`${tenant}\n${audience}`).digest().readBigUInt64BE() >> 13n;
  return bits.toString(36).padStart(digestLength, '0').slice(-digestLength);
};
