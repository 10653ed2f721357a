import type { TenantId } from '../../src/domain/ids.ts';
import type { AppError } from '../../src/errors.ts';
import type { Finding } from '../../src/storage/store.ts';
import type { IndexedTerm } from './tokens.ts';
import type { Parameters, Row } from './values.ts';

export interface Statement {
  readonly text: string;
  readonly parameters: Parameters;
}

export type TextIndex = 'memory_text' | 'relationship_text';

/** What a failed call means for a write. */
export type Outcome =
  /** Nothing was written, and trying again may help. */
  | 'again'
  /** The connection broke: it may have been written. */
  | 'unknown'
  | 'failed';

/** What one database does differently. Statements and their meaning are the same for all. */
export interface Dialect {
  /** For people: where the server is, without credentials. */
  readonly location: string;
  readonly durability: 'power_loss' | 'process_kill' | 'none';
  /** Characters of a token that the full-text engine keeps. */
  readonly longestToken: number;
  /** The most that the full-text engine finds, where it has such a bound. */
  readonly mostFound?: number;
  /** The most that a search takes from the engine to rank by itself. */
  readonly candidates: number;
  /**
   * Words are kept and counted in nodes of their own: for an engine whose order is not near ours, so that what a search takes is found by the
   * rarest of its terms, and which does not find all that begins alike.
   */
  readonly keepsWords: boolean;
  /** Connects, and makes schema and indexes ready for use. */
  open(): Promise<void>;
  close(): Promise<void>;
  read(statement: Statement): Promise<readonly Row[]>;
  /** One transaction, tried once. */
  write(statement: Statement): Promise<readonly Row[]>;
  /** Gives `node` and `score` for all that match the text in the variable `name`; `asPrefix` if a term of that text is a beginning. */
  callTextIndex(index: TextIndex, name: string, asPrefix: boolean): string;
  /** Any of these terms, in the engine's language. */
  anyOf(terms: readonly IndexedTerm[]): string;
  /** What matches every one of these, in the engine's language. Only where the order of the engine is not near ours. */
  allOf?(queries: readonly string[]): string;
  /** The part of the database that keeps what this tenant has, where each has one of its own. */
  partOf?(tenant: TenantId): Dialect;
  /** Those parts that are there. */
  parts?(): Promise<readonly Dialect[]>;
  outcomeOf(error: unknown): Outcome;
  translate(error: unknown): AppError | null;
  inspect(): Promise<readonly Finding[]>;
}
