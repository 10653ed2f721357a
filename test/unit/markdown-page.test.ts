import { expect, test } from 'vitest';
import { memoryPage } from '../../src/service/transfer/memory-page.ts';
import { makeMemory, makeRelationship, memoryId } from '../support/builders.ts';

test('a note shows a link of the server as one, and a symmetric one without a direction', () => {
  const edges = [
    makeRelationship({ type: 'FOLLOWS', origin: 'automatic' }),
    makeRelationship({ id: 2, bidirectional: true }),
    makeRelationship({ id: 3, type: 'SOLVES' }),
  ];
  const page = memoryPage(makeMemory(), edges, new Map([[memoryId(2), { name: 'There (2)', title: 'There' }]]));
  expect(page).toContain('- FOLLOWS → [[There (2)|There]] (automatic)\n');
  expect(page).toContain('- RELATED_TO ↔ [[There (2)|There]]\n');
  expect(page).toContain('- SOLVES → [[There (2)|There]]\n');
});
