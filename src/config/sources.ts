import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import * as z from 'zod';
import { AppError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What decides where a user's folders are. */
export interface Place {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

const pathOf = (place: Place): typeof posix => (place.platform === 'win32' ? win32 : posix);

const home = ({ env, platform }: Place): string => {
  const given = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (given) return given;
  try {
    return homedir();
  } catch {
    // A user id without an entry, as in some containers: nothing is found there, and a store there is refused by name.
    return '/';
  }
};

const folder = (place: Place, xdgName: string, xdgDefault: readonly string[]): string => {
  const { env, platform } = place;
  const path = pathOf(place);
  if (platform === 'win32') {
    return path.join(env.APPDATA || path.join(home(place), 'AppData', 'Roaming'), 'graph-memory');
  }
  if (platform === 'darwin') return path.join(home(place), 'Library', 'Application Support', 'graph-memory');
  const xdg = env[xdgName];
  // The XDG specification tells programs to ignore a relative path.
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home(place), ...xdgDefault), 'graph-memory');
};

export const dataFolder = (place: Place): string => folder(place, 'XDG_DATA_HOME', ['.local', 'share']);
export const configFolder = (place: Place): string => folder(place, 'XDG_CONFIG_HOME', ['.config']);

export const joinPath = (place: Place, ...parts: readonly string[]): string => pathOf(place).join(...parts);

/** `~` is the home folder; a relative path starts at the working directory. */
export const absolutePath = (place: Place, text: string): string => {
  const path = pathOf(place);
  const expanded = /^~(?=$|[\\/])/.test(text) ? path.join(home(place), text.slice(1)) : text;
  return path.isAbsolute(expanded) ? path.normalize(expanded) : path.resolve(expanded);
};

const fileSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

/** Values by variable name, as an environment would hold them; null where the file is absent and `required` is false. */
export const readConfigFile = (path: string, required: boolean): Environment | null => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!required && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('config_invalid', `The config file ${path} cannot be read; create it or unset MEMORY_CONFIG.`, {
      cause: error,
    });
  }
  try {
    const entries = Object.entries(fileSchema.parse(JSON.parse(text.replace(/^\uFEFF/, ''))));
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new AppError(
      'config_invalid',
      `The config file ${path} is no JSON object of variable names and plain values, like {"MEMORY_LOG_LEVEL": "info"}.`,
      { cause: error },
    );
  }
};
