import type { MemoryId } from '../../domain/ids.ts';
import type { JsonValue, Memory } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import { wikilink } from './page-names.ts';
import { jsonText } from './record-text.ts';

/** How a note is named and shown. */
export interface Note {
  readonly name: string;
  readonly title: string;
}

const day = (at: number): string => new Date(at).toISOString();

/** Every JSON text is YAML, too. */
const frontMatter = (facts: Readonly<Record<string, JsonValue>>): string => {
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name}: ${jsonText(value)}`);
  return `---\n${lines.join('\n')}\n---\n`;
};

const factsOf = (memory: Memory): Readonly<Record<string, JsonValue>> => ({
  id: memory.id,
  type: memory.type,
  aliases: [memory.title],
  // Obsidian ends a tag at a space.
  tags: memory.tags.map((tag) => tag.replace(/\s+/g, '-')),
  importance: memory.importance,
  confidence: memory.confidence,
  project: memory.context.projectPath,
  files: memory.context.filesInvolved,
  languages: memory.context.languages,
  frameworks: memory.context.frameworks,
  technologies: memory.context.technologies,
  git_branch: memory.context.gitBranch,
  git_commit: memory.context.gitCommit,
  created: day(memory.createdAt),
  updated: day(memory.updatedAt),
  version: memory.version,
});

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const edgeLine = (edge: Relationship, other: Note, outgoing: boolean): string => {
  const said = edge.description ?? edge.context?.text ?? null;
  const reason = said === null ? '' : `: ${oneLine(said)}`;
  const automatic = edge.origin === 'automatic' ? ' (automatic)' : '';
  const seen = edge.bidirectional ? `${edge.type} ↔` : outgoing ? `${edge.type} →` : `← ${edge.type}`;
  return `- ${seen} ${wikilink(other.name, other.title)}${automatic}${reason}`;
};

/** A note for one memory: its facts, its text, and its relationships from either end as links. */
export const memoryPage = (
  memory: Memory,
  edges: readonly Relationship[],
  notes: ReadonlyMap<MemoryId, Note>,
): string => {
  const lines = edges.flatMap((edge) => {
    const outgoing = edge.from === memory.id;
    const other = notes.get(outgoing ? edge.to : edge.from);
    return other === undefined ? [] : [edgeLine(edge, other, outgoing)];
  });
  const parts = [
    `# ${oneLine(memory.title)}`,
    ...(memory.summary === null ? [] : [`> ${oneLine(memory.summary)}`]),
    memory.content.trim(),
    ...(lines.length === 0 ? [] : [`## Relationships\n\n${lines.join('\n')}`]),
  ];
  return `${frontMatter(factsOf(memory))}\n${parts.join('\n\n')}\n`;
};

/** A note that lists others under headings. */
export const indexPage = (title: string, sections: readonly (readonly [string, readonly Note[]])[]): string => {
  const parts = sections.map(([heading, notes]) =>
    [`## ${heading}`, notes.map(({ name, title: shown }) => `- ${wikilink(name, shown)}`).join('\n')].join('\n\n'),
  );
  return `${[`# ${oneLine(title)}`, ...parts].join('\n\n')}\n`;
};
