import { memoryFields, relationshipFields } from '../../domain/fields.ts';
import type { Millis } from '../../domain/ids.ts';
import type { Arrival, ArrivalReader } from '../../storage/migration.ts';
import { encodeChange } from './change-text.ts';
import { type Counts, formatName, formatVersion, recordKinds, tallyLines } from './format.ts';
import { readLines } from './read-lines.ts';
import { encodeRecord, jsonText, type RecordObject } from './record-text.ts';

const encoded = (arrival: Arrival): RecordObject => {
  if (arrival.kind === 'memory') return encodeRecord(arrival.record, memoryFields);
  return arrival.kind === 'relationship'
    ? encodeRecord(arrival.record, relationshipFields)
    : encodeChange(arrival.record);
};

/** What came in since a run, in the format of an export; returns the counts. */
export async function* arrivalLines(read: ArrivalReader, at: Millis): AsyncGenerator<string, Counts> {
  const tally = tallyLines();
  yield `${jsonText({ format: formatName, version: formatVersion, exported_at: new Date(at).toISOString() })}\n`;
  for (const kind of recordKinds) {
    for await (const page of read(kind)) {
      let text = '';
      for (const arrival of page) {
        const line = jsonText({ record: kind, ...encoded(arrival) });
        tally.add(kind, line);
        text += `${line}\n`;
      }
      yield text;
    }
  }
  yield `${jsonText({ ...tally.footer() })}\n`;
  return tally.counts;
}

/** Reads such a file as an import would, and counts. Throws `invalid_input` for one that an import would not take. */
export const countLines = async (lines: AsyncIterable<string>): Promise<Counts> => {
  const counts = { memory: 0, relationship: 0, change: 0 };
  for await (const { kind } of readLines(lines)) counts[kind] += 1;
  return counts;
};
