import type { Memory } from '../../domain/memory.ts';
import type { Connection, OpenedMemory } from '../../service/get-memories.ts';
import { isoTime, memoryRecord } from '../../service/record.ts';
import { dataMark } from './list-answer.ts';
import { arrow, oneLine, reasonOf } from './memory-lines.ts';

/** These have a place of their own on the page. */
const shownElsewhere = new Set(['title', 'content']);
const recentConnections = 3;

/** Stored text inside a line of Markdown: nothing in it can end the line, the link or begin markup. */
const escaped = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>|#]/g, '\\$&');

const link = ({ id, title }: Pick<Memory, 'id' | 'title'>): string => `[${escaped(title)}](memory://${id})`;

const factLines = (memory: Memory): readonly string[] =>
  Object.entries(memoryRecord(memory))
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => {
      const words = Array.isArray(value) && value.every((item) => typeof item === 'string');
      const text = words ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
      return `- ${name}: ${name === 'id' || name.endsWith('_at') || name === 'type' ? text : escaped(text)}`;
    });

const connection = ({ relationship, other }: Connection, here: string): string => {
  const seen = arrow(relationship.type, relationship.from === here, relationship.bidirectional);
  const automatic = relationship.origin === 'automatic' ? ' (automatic)' : '';
  return `- ${seen} ${other.type} ${link(other)}${automatic}`;
};

const connectionSection = ({ memory, connections, moreConnections }: OpenedMemory): readonly string[] => {
  if (connections.length === 0 && !moreConnections) return [];
  const lines = connections.map(
    (one) =>
      `${connection(one, memory.id)} strength ${one.relationship.strength}${escaped(reasonOf(one.relationship))}`,
  );
  return ['## Relationships', '', ...lines, ...(moreConnections ? ['- more: get_related_memories'] : []), ''];
};

/** A memory in full as Markdown. The content comes last and goes to the end, so that no line of it can pass for one of ours. */
export const memoryPage = (opened: OpenedMemory): string => {
  const { asked, memory } = opened;
  return [
    dataMark,
    '',
    `# ${escaped(memory.title)}`,
    '',
    ...(asked === memory.id ? [] : [`- ${asked} was merged into this one`]),
    ...factLines(memory),
    '',
    ...connectionSection(opened),
    '## Content (to the end)',
    '',
    memory.content,
  ].join('\n');
};

/** One line for each memory, with the strongest of what it is linked to. */
export const recentPage = (memories: readonly OpenedMemory[]): string => {
  if (memories.length === 0) return 'Nothing is stored yet.';
  const lines = memories.flatMap(({ memory, connections }) => {
    const tags = memory.tags.map((tag) => ` ${escaped(`#${tag.replace(/\s+/g, '_')}`)}`).join('');
    const what = `- ${isoTime(memory.updatedAt).slice(0, 16)}Z ${memory.type} ${link(memory)} v${memory.version}${tags}`;
    return [what, ...connections.slice(0, recentConnections).map((one) => `  ${connection(one, memory.id)}`)];
  });
  return ['# Recent memories', '', `Last changed first. ${dataMark}`, '', ...lines].join('\n');
};
