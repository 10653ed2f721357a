import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { checkedVectors } from './checked-vectors.ts';
import type { EmbeddingProvider, HttpSettings } from './provider.ts';

const batch = 32;
const timeoutMs = 30_000;
const answerBytes = 32 * 1_048_576;
/** Waits before the second and the third attempt, unless the server names a time. */
const waits = [500, 2_000] as const;
const longestWaitMs = 10_000;

interface Refusal {
  readonly error: AppError;
  /** Null: another attempt would be refused as well. */
  readonly waitMs: number | null;
}

const unreachable = (cause: unknown): Refusal => ({
  error: new AppError(
    'config_invalid',
    'The embedding server does not answer; start it or check MEMORY_EMBEDDINGS_URL.',
    {
      cause,
    },
  ),
  waitMs: 0,
});

const refused = (response: Response): Refusal => {
  const { status } = response;
  const advice = status === 401 || status === 403 ? 'MEMORY_EMBEDDINGS_KEY' : 'MEMORY_EMBEDDINGS_URL and _MODEL';
  const error = new AppError('config_invalid', `The embedding server answered ${status}; check ${advice}.`, {
    details: { status },
  });
  if (status !== 429 && status < 500) return { error, waitMs: null };
  return { error, waitMs: Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0 };
};

const notTheShape = (cause?: unknown): AppError =>
  new AppError(
    'config_invalid',
    'The embedding server answered in a form that is not that of OpenAI; check MEMORY_EMBEDDINGS_URL.',
    { cause },
  );

/** The vectors in the order of their index, which need not be that of the answer. */
const rowsOf = (body: unknown): readonly unknown[] => {
  const data = (body as { readonly data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw notTheShape();
  const rows: unknown[] = new Array(data.length).fill(null);
  for (const [place, item] of (data as { index?: unknown; embedding?: unknown }[]).entries()) {
    const index = item?.index ?? place;
    if (typeof index !== 'number' || !(index in rows)) throw notTheShape();
    rows[index] = item?.embedding;
  }
  return rows;
};

const readJson = async (response: Response): Promise<unknown> => {
  if (Number(response.headers.get('content-length') ?? 0) > answerBytes) throw notTheShape();
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notTheShape(error);
  }
};

/** `POST {url}/embeddings`, as OpenAI, Ollama, LM Studio, vLLM and llama.cpp serve it. */
export const httpProvider = ({ url, model, key }: HttpSettings, stop: AbortSignal): EmbeddingProvider => {
  let dimensions: number | null = null;
  const endpoint = `${url.replace(/\/+$/, '')}/embeddings`;
  const headers = { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };

  const ask = async (texts: readonly string[]): Promise<readonly unknown[] | Refusal> => {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body: JSON.stringify({ model, input: texts }),
        // The texts are for the server that was named, and for no other.
        redirect: 'error',
        signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]),
      });
      if (response.ok) return rowsOf(await readJson(response));
      await response.body?.cancel();
      return refused(response);
    } catch (error) {
      if (error instanceof AppError) throw error;
      return unreachable(error);
    }
  };

  const askUntilAnswered = async (texts: readonly string[]): Promise<readonly unknown[]> => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await ask(texts);
      if (!('error' in answer)) return answer;
      const wait = waits[attempt];
      if (answer.waitMs === null || wait === undefined || stop.aborted) throw answer.error;
      await delay(Math.min(Math.max(wait, answer.waitMs), longestWaitMs), undefined, { signal: stop }).catch(
        () => undefined,
      );
    }
  };

  return {
    id: model,
    batch,
    get dimensions() {
      return dimensions;
    },
    embed: async (texts) => {
      const found: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += batch) {
        const part = texts.slice(from, from + batch);
        const vectors = checkedVectors(await askUntilAnswered(part), part.length, dimensions);
        dimensions ??= vectors[0]?.length ?? null;
        found.push(...vectors);
      }
      return found;
    },
  };
};
