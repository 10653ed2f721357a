import { diffLines } from 'diff';
import { fieldValue, memoryFields } from '../domain/fields.ts';
import type { Memory } from '../domain/memory.ts';

export interface FieldDifference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface LineDifference {
  readonly kind: 'added' | 'removed';
  readonly line: string;
}

export interface MemoryDifference {
  /** All that differ, but for content and what differs between any two versions. */
  readonly fields: readonly FieldDifference[];
  readonly content: readonly LineDifference[];
}

const apart = new Set(['content', 'version', 'updated_at', 'updated_by', 'usage_count', 'last_accessed']);

const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');

/** What changed from one version of a memory to another, the content line by line. */
export const diffMemories = (before: Memory, after: Memory): MemoryDifference => {
  const fields = memoryFields
    .filter((field) => !apart.has(field.name))
    .map((field) => ({ field: field.name, before: fieldValue(before, field), after: fieldValue(after, field) }))
    .filter((difference) => JSON.stringify(difference.before) !== JSON.stringify(difference.after));
  const content =
    before.content === after.content
      ? []
      : diffLines(before.content, after.content).flatMap((part): LineDifference[] => {
          if (!part.added && !part.removed) return [];
          const kind = part.added ? 'added' : 'removed';
          return linesOf(part.value).map((line) => ({ kind, line }));
        });
  return { fields, content };
};
