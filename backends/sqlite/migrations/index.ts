import { createHash } from 'node:crypto';
import { initial } from './001-initial.ts';

export interface Migration {
  /** Counted from 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Only ever appended to: a store that ran one of these refuses to work with another text under the same number. */
export const migrations: readonly Migration[] = Object.freeze([{ number: 1, name: 'initial', sql: initial }]);

export const checksum = (migration: Migration): string => createHash('sha256').update(migration.sql).digest('hex');
