import type { Millis } from '../domain/ids.ts';
import type { TenantScope } from '../domain/scope.ts';
import { isAppError } from '../errors.ts';
import type { Finding, GraphStore } from '../storage/store.ts';
import { embedInBackground } from './background.ts';
import { embeddingModel, type QueryMeaning } from './model-space.ts';
import { watchOutage } from './outage.ts';
import type { EmbeddingProvider, EmbeddingSettings } from './provider.ts';
import { queryMeanings } from './query-meaning.ts';

export interface Embeddings {
  /** Null where the model does not answer in time: then words alone decide. */
  meaningOf(query: string): Promise<QueryMeaning | null>;
  /** There may be memories without a vector. */
  wake(): void;
  inspect(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

export interface EmbeddingsParts {
  readonly settings: EmbeddingSettings;
  readonly store: () => Promise<GraphStore>;
  readonly scope: TenantScope;
  readonly now: () => Millis;
  /** Uses vectors and makes none. */
  readonly readOnly: boolean;
  /** How long a provider that failed is left in peace at first. */
  readonly restMs?: number;
  readonly onOutage: (error: unknown) => void;
  readonly onReturn: () => void;
  readonly onStoreFault: (error: unknown) => void;
}

const defaultRestMs = 30_000;

const openProvider = async (settings: EmbeddingSettings, stop: AbortSignal): Promise<EmbeddingProvider> =>
  settings.kind === 'http'
    ? (await import('./http-provider.ts')).httpProvider(settings, stop)
    : (await import('./package-provider.ts')).packageProvider(settings);

export const openEmbeddings = async (parts: EmbeddingsParts): Promise<Embeddings> => {
  const { store, scope } = parts;
  const stop = new AbortController();
  const model = embeddingModel(await openProvider(parts.settings, stop.signal));
  const outage = watchOutage({ ...parts, restMs: parts.restMs ?? defaultRestMs });
  const background = embedInBackground({ ...parts, model, outage });

  const inspect = async (): Promise<readonly Finding[]> => {
    try {
      const space = await model.space();
      const opened = await store();
      const [done, all] = await Promise.all([opened.countEmbedded(scope, space), opened.countMemories(scope, {})]);
      return [
        { severity: 'ok', what: `The embedding model ${model.id} answers (${space.dimensions} dimensions)`, fix: null },
        { severity: 'ok', what: `${done} of ${all} memories have a vector of it`, fix: null },
      ];
    } catch (error) {
      if (!isAppError(error)) throw error;
      return [{ severity: 'warning', what: `The embedding model ${model.id} does not answer`, fix: error.message }];
    }
  };

  return {
    meaningOf: queryMeanings(model, outage),
    wake: () => {
      if (!parts.readOnly) background.wake();
    },
    inspect,
    close: async () => {
      stop.abort();
      await background.close();
    },
  };
};
