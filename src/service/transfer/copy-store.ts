import type { ServiceContext } from '../context.ts';
import type { Counts } from './format.ts';
import { type ImportOptions, type ImportReport, importRecords } from './import-records.ts';
import { endOfLog } from './snapshot.ts';
import { storeRecords } from './store-records.ts';
import { type CopyCheck, verifyCopy } from './verify-copy.ts';

export interface CopyReport extends ImportReport {
  /** Null after a dry run. */
  readonly check: CopyCheck | null;
}

const sum = (...counts: readonly Counts[]): Counts => ({
  memory: counts.reduce((all, { memory }) => all + memory, 0),
  relationship: counts.reduce((all, { relationship }) => all + relationship, 0),
  change: counts.reduce((all, { change }) => all + change, 0),
});

/**
 * Adds to one store what another has, with ids, versions, owners, times, trash and log, as `importRecords` does, and compares the two
 * afterwards. The source is copied as it stands at the start, whatever is written there meanwhile. What is in the target says how far an
 * interrupted copy came: run again, it goes on there.
 */
export const copyStore = async (
  source: ServiceContext,
  target: ServiceContext,
  options: ImportOptions,
): Promise<CopyReport> => {
  const end = await endOfLog(source);
  const records = (): ReturnType<typeof storeRecords> => storeRecords(source, end);
  const report = await importRecords(target, records, options);
  if (options.dryRun) return { ...report, check: null };
  const total = sum(report.created, report.unchanged, report.conflicting);
  return { ...report, check: await verifyCopy(records(), target, total, options.onProgress) };
};
