import type { FileRecord } from './format.ts';

const batchSize = 300;

/** Runs of records of one kind. */
export async function* batches(records: AsyncIterable<FileRecord>): AsyncGenerator<readonly FileRecord[]> {
  let batch: FileRecord[] = [];
  for await (const record of records) {
    const full = batch.length === batchSize || (batch.length > 0 && batch[0]?.kind !== record.kind);
    if (full) {
      yield batch;
      batch = [];
    }
    batch.push(record);
  }
  if (batch.length > 0) yield batch;
}
