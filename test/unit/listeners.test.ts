import { expect, test } from 'vitest';
import { createListeners } from '../../src/transport/listeners.ts';

const request = (id: number, notifications: unknown) =>
  ({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { notifications } }) as const;
const updates = { resourceSubscriptions: ['memory://recent'] };

test('the first listener and the end of the last one are told', () => {
  const told: boolean[] = [];
  const listeners = createListeners((anybody) => void told.push(anybody));
  listeners.opened(request(1, updates));
  listeners.opened(request(2, updates));
  listeners.opened(request(2, updates));
  expect(told).toEqual([true]);
  listeners.closed(1);
  listeners.closed(7);
  listeners.closed(undefined);
  expect(told).toEqual([true]);
  listeners.closed(2);
  expect(told).toEqual([true, false]);
});

test.each([
  [undefined],
  [null],
  [{}],
  [{ toolsListChanged: true }],
  [{ resourceSubscriptions: [] }],
  [{ resourceSubscriptions: 'x' }],
])('who asks for %j asks for no updates', (notifications) => {
  const told: boolean[] = [];
  const listeners = createListeners((anybody) => void told.push(anybody));
  listeners.opened(request(1, notifications));
  listeners.closed(1);
  expect(told).toEqual([]);
});
