import type { VectorQuery, VectorSpace } from '../storage/query.ts';
import { cosine, quantise, type Vector } from '../storage/vector.ts';
import type { EmbeddingProvider } from './provider.ts';

/** What a query means to a model. */
export interface QueryMeaning extends VectorQuery {
  /** The cosine of texts that have nothing to do with each other: it differs from model to model. */
  readonly noise: number;
}

export interface EmbeddingModel {
  readonly id: string;
  /** Texts that fit one call. */
  readonly batch: number;
  space(): Promise<VectorSpace>;
  embed(texts: readonly string[]): Promise<readonly Vector[]>;
  meaningOf(text: string): Promise<QueryMeaning>;
}

/** No two of them are about the same thing. */
const strangers = [
  'The database connection pool runs out under load.',
  'Bake the bread until its crust is brown.',
  'Buttons on the settings page have rounded corners.',
  'Yesterday it rained in the mountains all day.',
  'git rebase --interactive HEAD~3',
  'The contract was signed by both parties in March.',
  'Parse the date as UTC, not in local time.',
  'She plays the violin in an orchestra.',
];

const meanCosine = (vectors: readonly Vector[]): number => {
  const cosines = vectors.flatMap((a, place) => vectors.slice(place + 1).map((b) => cosine(a, b)));
  return cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
};

interface Gauge {
  readonly space: VectorSpace;
  readonly noise: number;
}

/** A provider whose space and noise are found out once, on first need. */
export const embeddingModel = (provider: EmbeddingProvider): EmbeddingModel => {
  let gauging: Promise<Gauge> | undefined;
  const embed = async (texts: readonly string[]): Promise<readonly Vector[]> =>
    (await provider.embed(texts)).map(quantise);
  const gauge = async (): Promise<Gauge> => {
    const vectors = await embed(strangers);
    const space = { model: provider.id, dimensions: vectors[0]?.length ?? 0 };
    return { space, noise: Math.max(0, meanCosine(vectors)) };
  };
  const gauged = (): Promise<Gauge> => {
    gauging ??= gauge().catch((error: unknown) => {
      gauging = undefined;
      throw error;
    });
    return gauging;
  };
  return {
    id: provider.id,
    batch: provider.batch,
    space: async () => (await gauged()).space,
    embed,
    meaningOf: async (text) => {
      const [{ noise }, [vector = new Int8Array()]] = await Promise.all([gauged(), embed([text])]);
      return { model: provider.id, vector, noise };
    },
  };
};
