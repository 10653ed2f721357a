import { AppError } from '../../errors.ts';
import type { Counts, FileRecord, OnProgress } from './format.ts';

const told = 1_000;

/** Reads a file to its end and changes nothing. Throws `invalid_input` for what it should not hold: an id twice, a reference to nothing. */
export const checkRecords = async (records: AsyncIterable<FileRecord>, onProgress: OnProgress): Promise<Counts> => {
  const ids = { memory: new Set<string>(), relationship: new Set<string>() };
  const counts = { memory: 0, relationship: 0, change: 0 };
  let done = 0;
  for await (const { kind, line, record } of records) {
    const refuse = (problem: string): AppError => new AppError('invalid_input', `Line ${line}: ${problem}`);
    if (kind === 'change') {
      if (!ids[record.entity].has(record.id)) throw refuse(`its ${record.entity} ${record.id} is not in the file.`);
    } else {
      if (ids[kind].has(record.id)) throw refuse(`the ${kind} ${record.id} is in the file twice.`);
      ids[kind].add(record.id);
    }
    if (kind === 'relationship') {
      const missing = [record.from, record.to].find((end) => !ids.memory.has(end));
      if (missing !== undefined) throw refuse(`its end ${missing} is not in the file.`);
    }
    counts[kind] += 1;
    done += 1;
    if (done % told === 0) onProgress({ phase: 'checking', done, total: null });
  }
  return counts;
};
