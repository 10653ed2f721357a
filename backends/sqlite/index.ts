import type { Backend } from '../../src/storage/store.ts';
import { type SqliteSettings, sqliteSettings } from './settings.ts';
import { SqliteStore } from './store.ts';

export const settingsSchema = sqliteSettings;

export const makeBackend = (settings: SqliteSettings): Backend => new SqliteStore(settings);
