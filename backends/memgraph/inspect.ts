import { AppError } from '../../src/errors.ts';
import type { Finding } from '../../src/storage/store.ts';
import type { BoltConnection } from '../cypher/bolt.ts';
import { isRefusal } from './faults.ts';

/** Of a command that answers with names and values; null where this user may not ask, or the server does not know the command. */
const settings = async (
  bolt: BoltConnection,
  command: string,
  name: string,
  value: string,
): Promise<ReadonlyMap<string, string> | null> => {
  try {
    const rows = await bolt.command(command);
    return new Map(rows.map((row) => [String(row[name]), String(row[value])]));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
};

/** From 3.11 on it is told with the numbers of the database, before with those of the server. */
const storageMode = async (bolt: BoltConnection): Promise<string | null> => {
  const answers = ['SHOW STORAGE INFO', 'SHOW STORAGE INFO ON CURRENT DATABASE'];
  for (const command of answers) {
    const mode = (await settings(bolt, command, 'storage info', 'value'))?.get('storage_mode');
    if (mode !== undefined) return mode;
  }
  return null;
};

const analytical = 'IN_MEMORY_ANALYTICAL';
const howToLeave = 'Run STORAGE MODE IN_MEMORY_TRANSACTIONAL.';

/** Without isolation two writers would overwrite each other. */
export const refuseAnalyticalMode = async (bolt: BoltConnection): Promise<void> => {
  if ((await storageMode(bolt)) === analytical) {
    const what = `Memgraph is in storage mode ${analytical}, where writes are neither isolated nor logged.`;
    throw new AppError('store_unwritable', `${what} ${howToLeave}`);
  }
};

const modeFinding = (mode: string): Finding =>
  mode === analytical
    ? { severity: 'error', what: `Storage mode ${mode}: writes are neither isolated nor logged`, fix: howToLeave }
    : { severity: 'ok', what: `Storage mode ${mode}`, fix: null };

const durability = (config: ReadonlyMap<string, string>): Finding => {
  if (config.get('storage_wal_enabled') === 'false') {
    return {
      severity: 'warning',
      what: 'No write-ahead log: what was written since the last snapshot is lost with the process',
      fix: 'Start Memgraph with --storage-wal-enabled=true.',
    };
  }
  return config.get('storage_wal_file_flush_every_n_tx') === '1'
    ? { severity: 'ok', what: 'An answered write survives a power cut', fix: null }
    : {
        severity: 'warning',
        what: 'An answered write survives a killed server, not a power cut',
        fix: 'Start Memgraph with --storage-wal-file-flush-every-n-tx=1.',
      };
};

const edges: Finding = {
  severity: 'error',
  what: 'Edges keep no properties, so that relationships cannot be written',
  fix: 'Start Memgraph with --storage-properties-on-edges=true.',
};

const unknown: Finding = {
  severity: 'warning',
  what: 'This user may not read the settings of the server, so that its durability is not known',
  fix: 'Grant it CONFIG, or look at the settings of the server.',
};

/** The settings that decide what an answer is worth. */
export const inspect = async (bolt: BoltConnection): Promise<readonly Finding[]> => {
  const mode = await storageMode(bolt);
  const config = await settings(bolt, 'SHOW CONFIG', 'name', 'current_value');
  return [
    ...(mode === null ? [] : [modeFinding(mode)]),
    ...(config?.get('storage_properties_on_edges') === 'false' ? [edges] : []),
    config === null ? unknown : durability(config),
  ];
};
