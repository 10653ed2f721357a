import { afterEach, expect, test, vi } from 'vitest';
import { reachableTargets } from '../conformance/targets.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts';
import { Street } from './people-over-mcp.ts';

let street: Street;
let model: EmbeddingServer;
afterEach(async () => {
  await street.close();
  await model.stop();
});

test.each(await reachableTargets('multi'))(
  'a model is sent what its caller may read and nothing else, on $name',
  async (target) => {
    street = await Street.open(target);
    model = await startEmbeddingServer();
    const bob = await street.person({ tenant: 'acme', user: 'bob' });
    const keep = (title: string, visibility: string) =>
      bob.call('store_memory', { type: 'general', title, content: title, visibility });
    await keep('kestrels nest in spring', 'private');
    await keep('lapwings nest in March', 'project');
    const settings = { MEMORY_EMBEDDINGS_URL: model.url, MEMORY_EMBEDDINGS_MODEL: 'small' };
    const ann = await street.person({ tenant: 'acme', user: 'ann' }, { settings });
    await ann.call('whoami');
    await vi.waitFor(() => expect(model.calls.flat().join('\n')).toContain('lapwings'), { timeout: 20_000 });
    await ann.app.close();
    expect(model.calls.flat().join('\n')).not.toContain('kestrels');
  },
);
