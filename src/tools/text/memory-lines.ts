import type { Memory, MemoryName } from '../../domain/memory.ts';
import type { Relationship, RelationshipType } from '../../domain/relationship.ts';
import { isoTime } from '../../service/record.ts';

const shownTags = 4;

/** Stored text on one line: no line break of its own can look like one of ours. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

export const quoted = (title: string): string => JSON.stringify(oneLine(title));

/** `solution 0b8e… "Retry with backoff" 2026-11-23 #http #retry`. */
export const memoryLine = (memory: Pick<Memory, 'id' | 'type' | 'title' | 'createdAt' | 'tags'>): string => {
  const tags = memory.tags.slice(0, shownTags).map((tag) => ` #${tag.replace(/\s+/g, '_')}`);
  const more = memory.tags.length > shownTags ? ' …' : '';
  return `${memory.type} ${memory.id} ${quoted(memory.title)} ${isoTime(memory.createdAt).slice(0, 10)}${tags.join('')}${more}`;
};

/** `SOLVES ->` if it leads away from here, `<- SOLVES` if it leads here, `RELATED_TO --` if it reads the same from both ends. */
export const arrow = (type: RelationshipType, outgoing: boolean, symmetric: boolean): string => {
  if (symmetric) return `${type} --`;
  return outgoing ? `${type} ->` : `<- ${type}`;
};

/** Nothing that the server noted by itself may pass for what somebody said. */
export const automaticMark = (relationship: Relationship): string =>
  relationship.origin === 'automatic' ? ' (automatic)' : '';

/** A relationship seen from one of its ends, with what is at the other. */
export const connectionLine = (relationship: Relationship, here: string, other: MemoryName): string => {
  const seen = arrow(relationship.type, relationship.from === here, relationship.bidirectional);
  return `${seen} ${other.type} ${other.id} ${quoted(other.title)}${automaticMark(relationship)}`;
};

/** The first words of a text, cut at a word with `…` behind. */
export const opening = (text: string, characters: number): string => {
  const line = oneLine(text);
  if (line.length <= characters) return line;
  const cut = line.slice(0, characters - 1);
  const space = cut.lastIndexOf(' ');
  return `${(space > characters / 2 ? cut.slice(0, space) : cut).replace(/[\uD800-\uDBFF]$/, '')}…`;
};

const shownReason = 200;

/** ` because "…"`, or nothing. */
export const because = (reason: string | null): string =>
  reason === null ? '' : ` because ${JSON.stringify(opening(reason, shownReason))}`;

export const reasonOf = (relationship: Relationship): string =>
  because(relationship.context?.text ?? relationship.description);
