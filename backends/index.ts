import { AppError } from '../src/errors.ts';
import type { Backend } from '../src/storage/store.ts';

/** Makes a backend from the settings that its folder's schema accepts. Loads that folder and nothing else. */
type Factory = (settings: unknown) => Promise<Backend>;

const factories = {
  sqlite: async (settings) => {
    const { makeBackend, settingsSchema } = await import('./sqlite/index.ts');
    return makeBackend(settingsSchema.parse(settings));
  },
  neo4j: async (settings) => {
    const { makeBackend, settingsSchema } = await import('./neo4j/index.ts');
    return makeBackend(settingsSchema.parse(settings));
  },
  memgraph: async (settings) => {
    const { makeBackend, settingsSchema } = await import('./memgraph/index.ts');
    return makeBackend(settingsSchema.parse(settings));
  },
  falkordb: async (settings) => {
    const { makeBackend, settingsSchema } = await import('./falkordb/index.ts');
    return makeBackend(settingsSchema.parse(settings));
  },
  falkordblite: async (settings) => {
    const { makeBackend, settingsSchema } = await import('./falkordblite/index.ts');
    return makeBackend(settingsSchema.parse(settings));
  },
} as const satisfies Record<string, Factory>;

export type BackendName = keyof typeof factories;

export const backendNames = Object.freeze(Object.keys(factories)) as readonly BackendName[];

export const createBackend = (name: string, settings: unknown): Promise<Backend> => {
  const factory = Object.hasOwn(factories, name) ? factories[name as BackendName] : undefined;
  if (factory === undefined) {
    throw new AppError(
      'config_invalid',
      `There is no such backend. Set MEMORY_BACKEND to one of: ${backendNames.join(', ')}.`,
    );
  }
  return factory(settings);
};
