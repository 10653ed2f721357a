import type { ServiceContext } from '../context.ts';
import type { FileRecord } from './format.ts';
import { changePages, memoryPages, relationshipPages } from './snapshot.ts';

/** All that a scope reads as it stood at a place in the log, in the order of a file: memories, relationships, the log. */
export async function* storeRecords(context: ServiceContext, end: number): AsyncGenerator<FileRecord> {
  let line = 0;
  for await (const page of memoryPages(context, { state: 'any' }, end)) {
    for (const record of page) yield { kind: 'memory', line: ++line, record };
  }
  for await (const page of relationshipPages(context, end)) {
    for (const record of page) yield { kind: 'relationship', line: ++line, record };
  }
  for await (const page of changePages(context, {})) {
    for (const record of page) if (record.seq <= end) yield { kind: 'change', line: ++line, record };
    if ((page.at(-1)?.seq ?? 0) >= end) return;
  }
}
