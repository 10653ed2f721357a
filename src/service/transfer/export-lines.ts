import { memoryFields, relationshipFields } from '../../domain/fields.ts';
import type { Millis } from '../../domain/ids.ts';
import type { MemoryFilter } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';
import { encodeChange } from './change-text.ts';
import { type Counts, formatName, formatVersion, type OnProgress, type RecordKind, tallyLines } from './format.ts';
import { hideInChanges, hidingFor } from './hide-references.ts';
import { encodeRecord, jsonText, type RecordObject } from './record-text.ts';
import { changePages, endOfLog, memoryPages, relationshipPages } from './snapshot.ts';

export interface ExportOptions {
  readonly exportedAt: Millis;
  /** Null: all of the store. Else the memories of one project, what relates them to each other, and their history. */
  readonly project: string | null;
  readonly onProgress: OnProgress;
}

/**
 * The store as it is at the moment of the call, in pieces of whole lines; returns the counts. The same content gives the same bytes
 * behind the first line.
 */
export async function* exportLines(context: ServiceContext, options: ExportOptions): AsyncGenerator<string, Counts> {
  const { project, onProgress } = options;
  // Else what was shared meanwhile has changes before the end and no record in the file.
  const whole = project === null && context.scope.tenant === null;
  const end = await endOfLog(context);
  const filter: MemoryFilter = { state: 'any', ...(project === null ? {} : { projects: [project] }) };
  const memories = await context.store.countMemories(context.scope, filter);
  const tally = tallyLines();
  const memoryIds = new Set<string>();
  const relationshipIds = new Set<string>();

  const piece = (phase: string, kind: RecordKind, records: readonly RecordObject[], total: number | null): string => {
    let text = '';
    for (const record of records) {
      const line = jsonText({ record: kind, ...record });
      tally.add(kind, line);
      text += `${line}\n`;
    }
    onProgress({ phase, done: tally.counts[kind], total });
    return text;
  };

  const exported_at = new Date(options.exportedAt).toISOString();
  const header = { format: formatName, version: formatVersion, exported_at, ...(project === null ? {} : { project }) };
  yield `${jsonText(header)}\n`;

  for await (const page of memoryPages(context, filter, end)) {
    for (const { id } of page) memoryIds.add(id);
    const hiding = await hidingFor(context, page, []);
    const records = page.map((memory) => encodeRecord(hiding.memory(memory), memoryFields));
    yield piece('memories', 'memory', records, memories);
  }
  for await (const page of relationshipPages(context, end)) {
    const inside = page.filter(({ from, to }) => memoryIds.has(from) && memoryIds.has(to));
    if (!whole) for (const { id } of inside) relationshipIds.add(id);
    const hiding = await hidingFor(context, [], inside);
    const records = inside.map((relationship) => encodeRecord(hiding.relationship(relationship), relationshipFields));
    yield piece('relationships', 'relationship', records, null);
  }
  for await (const page of changePages(context, {})) {
    const wanted = page.filter(
      ({ seq, entity, id }) => seq <= end && (whole || (entity === 'memory' ? memoryIds : relationshipIds).has(id)),
    );
    const shown = await hideInChanges(context, wanted);
    yield piece('changes', 'change', shown.map(encodeChange), whole ? end : null);
    if ((page.at(-1)?.seq ?? 0) >= end) break;
  }
  yield `${jsonText({ ...tally.footer() })}\n`;
  return tally.counts;
}
