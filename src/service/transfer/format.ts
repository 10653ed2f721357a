import { createHash } from 'node:crypto';
import type { Memory } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import type { Change } from '../../storage/query.ts';

export const formatName = 'graph-memory';
export const formatVersion = 1;

/** In the order in which a file has them. */
export const recordKinds = ['memory', 'relationship', 'change'] as const;
export type RecordKind = (typeof recordKinds)[number];
export type Counts = Readonly<Record<RecordKind, number>>;

/** One record of a file, whatever its format, with the number of its line. */
export type FileRecord =
  | { readonly kind: 'memory'; readonly line: number; readonly record: Memory }
  | { readonly kind: 'relationship'; readonly line: number; readonly record: Relationship }
  | { readonly kind: 'change'; readonly line: number; readonly record: Change };

/** How far long work has come. `total` is null where it is not known beforehand. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
}
export type OnProgress = (progress: Progress) => void;

export interface Footer {
  readonly record: 'end';
  readonly memories: number;
  readonly relationships: number;
  readonly changes: number;
  readonly sha256: string;
}

/** Counts the lines between header and footer, and digests them: the header, which has the time of the export, stays out of it. */
export const tallyLines = (): {
  readonly counts: Readonly<Record<RecordKind, number>>;
  add(kind: RecordKind, line: string): void;
  footer(): Footer;
} => {
  const counts = { memory: 0, relationship: 0, change: 0 };
  const hash = createHash('sha256');
  return {
    counts,
    add: (kind, line) => {
      counts[kind] += 1;
      hash.update(`${line}\n`);
    },
    footer: () => ({
      record: 'end',
      memories: counts.memory,
      relationships: counts.relationship,
      changes: counts.change,
      sha256: hash.copy().digest('hex'),
    }),
  };
};
