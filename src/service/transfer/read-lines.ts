import type { JsonObject } from '../../domain/memory.ts';
import { AppError, isAppError } from '../../errors.ts';
import { readChange } from './change-text.ts';
import { type FileRecord, formatName, formatVersion, type RecordKind, recordKinds, tallyLines } from './format.ts';
import { readMemory } from './read-memory.ts';
import { readRelationship } from './read-relationship.ts';
import { isJsonObject, jsonText } from './record-text.ts';

const refuse = (line: number, problem: string, cause?: unknown): AppError =>
  new AppError('invalid_input', `Line ${line}: ${problem}`, { cause });

const parse = (line: number, text: string): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(line, 'this is not JSON. The file is damaged, or is no export.', error);
  }
  if (!isJsonObject(value)) throw refuse(line, 'this is not an object. The file is damaged, or is no export.');
  return value;
};

const checkHeader = (header: JsonObject): void => {
  if (header.format !== formatName) throw refuse(1, 'this is not an export of graph-memory.');
  if (header.version !== formatVersion) {
    throw refuse(1, `this is version ${String(header.version)} of the format, and ${formatVersion} is known here.`);
  }
};

const readRecord = (line: number, kind: RecordKind, object: JsonObject): FileRecord => {
  try {
    if (kind === 'memory') return { kind, line, record: readMemory(object) };
    if (kind === 'relationship') return { kind, line, record: readRelationship(object) };
    return { kind, line, record: readChange(object) };
  } catch (error) {
    if (isAppError(error)) throw refuse(line, error.message, error);
    throw refuse(line, 'this record cannot be read.', error);
  }
};

/**
 * The records of an export, in the order of the file. Throws `invalid_input` that names the line for what is not ours, newer, damaged,
 * out of order or over the limits, and at the end for a file that was cut off or edited.
 */
export async function* readLines(lines: AsyncIterable<string>): AsyncGenerator<FileRecord> {
  const tally = tallyLines();
  let [line, kindAt, ended] = [0, 0, false];
  for await (const text of lines) {
    line += 1;
    if (ended) throw refuse(line, 'there is more behind the end. The file is damaged.');
    const object = parse(line, text);
    if (line === 1) {
      checkHeader(object);
      continue;
    }
    if (object.record === 'end') {
      if (jsonText({ ...tally.footer() }) !== jsonText(object)) {
        throw refuse(line, 'counts or SHA-256 do not fit the lines before. The file was edited or damaged.');
      }
      ended = true;
      continue;
    }
    const kind = recordKinds.find((candidate) => candidate === object.record);
    if (kind === undefined) throw refuse(line, `record must be one of ${recordKinds.join(', ')}, end.`);
    if (recordKinds.indexOf(kind) < kindAt) throw refuse(line, `a ${kind} cannot come so late.`);
    kindAt = recordKinds.indexOf(kind);
    tally.add(kind, text);
    yield readRecord(line, kind, object);
  }
  if (!ended)
    throw new AppError('invalid_input', `The file ends after line ${line} without its last line: it was cut off.`);
}
