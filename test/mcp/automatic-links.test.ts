import { expect, test } from 'vitest';
import { connect, connectHttp, makeFolder, openApp } from './real-app.ts';

const memory = (title: string): Record<string, unknown> => ({ type: 'general', title, content: `About ${title}` });

const idOf = (answer: unknown): string => (answer as { structuredContent: { id: string } }).structuredContent.id;

test('what one session stores in a row is linked, what two store in turn is not', async () => {
  const app = openApp(await makeFolder());
  const [one, two] = [await connect(app), await connect(app)];
  const first = idOf(await one.callTool({ name: 'store_memory', arguments: memory('First') }));
  await two.callTool({ name: 'store_memory', arguments: memory('Elsewhere') });
  const second = idOf(await one.callTool({ name: 'store_memory', arguments: memory('Second') }));
  const context = await app.contextFor();
  const edges = await context.store.relationships(context.scope, { limit: 10 });
  expect(edges).toMatchObject([{ from: second, to: first, type: 'FOLLOWS', origin: 'automatic' }]);
});

test('a session of HTTP has a trail of its own, a request without one has none', async () => {
  const app = openApp(await makeFolder());
  const session = await connectHttp(app, '2025-11-25');
  const stateless = await connectHttp(app, '2026-07-28');
  const first = idOf(await session.callTool({ name: 'store_memory', arguments: memory('First') }));
  await stateless.callTool({ name: 'store_memory', arguments: memory('Elsewhere') });
  await stateless.callTool({ name: 'store_memory', arguments: memory('Elsewhere again') });
  const second = idOf(await session.callTool({ name: 'store_memory', arguments: memory('Second') }));
  const context = await app.contextFor();
  const edges = await context.store.relationships(context.scope, { limit: 10 });
  expect(edges.map(({ from, to }) => [from, to])).toEqual([[second, first]]);
});

test('MEMORY_AUTO_LINKS=false switches them off', async () => {
  const app = openApp(await makeFolder(), { MEMORY_AUTO_LINKS: 'false' });
  const client = await connect(app);
  for (const title of ['First', 'Second']) await client.callTool({ name: 'store_memory', arguments: memory(title) });
  const context = await app.contextFor();
  expect(await context.store.relationships(context.scope, { limit: 10 })).toEqual([]);
});
