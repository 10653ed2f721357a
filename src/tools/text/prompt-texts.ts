import { quoted } from './memory-lines.ts';

const paragraphs = (...texts: readonly string[]): string => texts.join('\n\n');

export const recallText = (topic: string, answer: string): string =>
  paragraphs(
    `Use what memory holds on ${quoted(topic)} for what we are doing. Name the ids you rely on, open a memory with get_memory when its ` +
      'opening is not enough, and pass over what does not fit. If nothing fits, say so.',
    answer,
  );

const howToStore = [
  '1. Look first: call recall_memories for each thing you are about to store. If it is there, correct it with update_memory instead of storing it again.',
  '2. Store one fact a call with store_memory: a title that says the fact itself, and content that stands alone in a year, with the exact error texts, commands, versions and file names, and why it is so.',
  '3. Choose the type that fits: problem or error for what went wrong, solution or fix for what helped, decision with its reasons and what was rejected, command, workflow, code_pattern, or general.',
  '4. Link it in the same call: SOLVES the problem, CAUSES the error, REPLACES what is outdated, DEPENDS_ON what it needs, APPLIES_TO where it holds.',
  '5. Read the near-duplicates in the answer: if one says the same, merge or correct it, or delete the new one.',
  '6. Store no secrets, nothing that the repository says already, and nothing of use only today.',
];

export const rememberText = (about: { readonly what: string; readonly known: string } | null): string =>
  paragraphs(
    about === null
      ? 'Store in memory what this conversation taught that will be useful in a later one.'
      : `Store in memory: ${quoted(about.what)}`,
    howToStore.join('\n'),
    ...(about === null ? [] : [`Known already:\n${about.known}`]),
    'Then tell me in one line each what you stored or changed, with ids.',
  );

export const briefingText = (answer: string): string =>
  paragraphs(
    'Brief me on where this stands: first what is unresolved and matters most, then what was decided, then what is new or changed. Keep it ' +
      'short, name ids, open with get_memory what you cannot judge from its title, and end with what you would do next.',
    answer,
  );
