import { AppError } from '../errors.ts';
import { limits } from './limits.ts';
import { type JsonValue, type Memory, type MemoryContext, memoryTypes } from './memory.ts';

/** Every store keeps six decimals exactly; more would differ from one to the next. */
export const roundShare = (share: number): number => Math.round(share * 1e6) / 1e6;

/** Trimmed, NFC, lower case, each once, in the order given; empty ones are dropped. */
export const normaliseTags = (tags: readonly string[]): readonly string[] => [
  ...new Set(tags.map((tag) => tag.normalize('NFC').trim().toLowerCase()).filter((tag) => tag !== '')),
];

// A lone surrogate has no UTF-8 form and NUL ends a string in some stores: neither would come back as it went in.
const unstorable = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

type Report = (problem: string) => void;

const checkText = (report: Report, name: string, text: string | null, max: number, min = 0): void => {
  if (text === null) return;
  if (unstorable.test(text)) report(`${name} holds a NUL or half a surrogate pair`);
  if (text.length > max) report(`${name} has ${text.length} characters, at most ${max} are kept`);
  if (text.trim().length < min) report(`${name} is empty`);
};

const checkList = (report: Report, name: string, list: readonly string[], count: number, length: number): void => {
  if (list.length > count) report(`${name} has ${list.length} entries, at most ${count} are kept`);
  for (const item of list) checkText(report, `an entry of ${name}`, item, length, 1);
};

const checkShare = (report: Report, name: string, share: number | null): void => {
  if (share !== null && !(share >= 0 && share <= 1)) report(`${name} must be from 0 to 1`);
};

const depthOf = (value: JsonValue): number =>
  value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));

const checkContext = (report: Report, context: MemoryContext): void => {
  const texts = {
    project_path: context.projectPath,
    git_commit: context.gitCommit,
    git_branch: context.gitBranch,
    working_directory: context.workingDirectory,
    session_id: context.sessionId,
    user_id: context.userId,
  };
  for (const [name, text] of Object.entries(texts)) checkText(report, `context.${name}`, text, limits.contextText);
  const lists = {
    files_involved: context.filesInvolved,
    languages: context.languages,
    frameworks: context.frameworks,
    technologies: context.technologies,
  };
  for (const [name, list] of Object.entries(lists)) {
    checkList(report, `context.${name}`, list, limits.contextList, limits.contextItem);
  }
  if (context.additionalMetadata) {
    const text = JSON.stringify(context.additionalMetadata);
    checkText(report, 'context.additional_metadata', text, limits.metadataBytes);
    if (depthOf(context.additionalMetadata) > limits.metadataDepth) {
      report(`context.additional_metadata is nested deeper than ${limits.metadataDepth}`);
    }
  }
};

/** The same limits for create, update and import. Throws `invalid_input` that lists every problem; never cuts anything. */
export const checkMemory = (memory: Memory): void => {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  if (!memoryTypes.includes(memory.type)) report(`type must be one of ${memoryTypes.join(', ')}`);
  checkText(report, 'title', memory.title, limits.title, 1);
  checkText(report, 'content', memory.content, limits.content, 1);
  checkText(report, 'summary', memory.summary, limits.summary);
  checkList(report, 'tags', memory.tags, limits.tags, limits.tag);
  checkShare(report, 'importance', memory.importance);
  checkShare(report, 'confidence', memory.confidence);
  checkShare(report, 'effectiveness', memory.effectiveness);
  checkContext(report, memory.context);
  if (problems.length > 0) {
    throw new AppError(
      'invalid_input',
      `${problems.join('; ')}. Shorten or correct it and call again; nothing was stored.`,
    );
  }
};
