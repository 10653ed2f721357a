import { createHash } from 'node:crypto';
import type { TenantId } from '../../../src/domain/ids.ts';
import type { JournalEntry } from '../../../src/storage/migration.ts';
import type { Dialect } from '../dialect.ts';
import { keyOf } from '../keys.ts';
import type { Properties, Row } from '../values.ts';
import { nodesBehind } from './pages.ts';

/** The journal has an entry for each record that was copied, beside the copies: the record itself stands where it stood. */
export type Entry = JournalEntry & { readonly kind: 'memory' | 'relationship' };

export const entryKey = (tenant: TenantId, { kind, key }: Pick<Entry, 'kind' | 'key'>): string =>
  keyOf(tenant, `${kind}/${key}`);

export const entryNode = (tenant: TenantId, run: number, entry: Entry): Properties => ({
  ...{ run, kind: entry.kind, id: entry.key, version: entry.version, content: entry.content },
  key: entryKey(tenant, entry),
  prior: JSON.stringify(entry.prior),
  next: JSON.stringify(entry.next),
});

const toEntry = ({ kind, id, version, content, prior, next }: Row): Entry => ({
  kind: kind as Entry['kind'],
  key: String(id),
  version: Number(version),
  content: String(content),
  prior: JSON.parse(String(prior)),
  next: JSON.parse(String(next)),
});

/** In the order of their keys: memories first. `next` is where the next page begins. */
export const entriesBehind = async (
  part: Dialect,
  tenant: TenantId,
  from: string | null,
  limit: number,
  kind?: Entry['kind'],
): Promise<{ readonly entries: readonly Entry[]; readonly next: string | null }> => {
  const prefix = keyOf(tenant, kind === undefined ? '' : `${kind}/`);
  const rows = await nodesBehind(part, 'Carried', prefix, from ?? '', limit);
  const last = rows.at(-1);
  return { entries: rows.map(toEntry), next: last === undefined || rows.length < limit ? null : String(last.key) };
};

const digestBytes = 8;

/** Of any number of entries, whatever their order: one that comes or goes changes it by itself. As hex. */
export const mixed = (digest: string, entries: readonly Entry[]): string => {
  let sum = BigInt(`0x${digest || '0'}`);
  for (const { kind, key, version, content, prior, next } of entries) {
    const text = JSON.stringify([kind, key, version, content, prior, next]);
    sum ^= createHash('sha256').update(text).digest().readBigUInt64BE();
  }
  return sum.toString(16).padStart(2 * digestBytes, '0');
};
