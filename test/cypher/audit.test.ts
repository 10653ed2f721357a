import { afterEach, describe, expect, test } from 'vitest';
import { CypherStore } from '../../backends/cypher/store.ts';
import { ada, linkedBy, ownedBy } from '../conformance/tenants/people.ts';
import { batchOf, creates, memoryId, relates } from '../support/builders.ts';
import { type Explained, places, there } from './explained.ts';

describe.each(there)('%s', (name) => {
  let place: Explained | null = null;
  afterEach(async () => {
    await place?.close();
    place = null;
  });

  test('a record that was moved to another tenant from outside is found', { timeout: 120_000 }, async () => {
    place = await places[name](true);
    const store = new CypherStore(place.dialect, true);
    await store.open();
    const [one, two] = [ownedBy(ada, { id: 1 }), ownedBy(ada, { id: 2 })];
    await store.write(
      ada,
      batchOf([creates(one), creates(two), relates(linkedBy(ada, { id: 1, from: 1, to: 2 }), 'why')]),
    );
    const errors = async (): Promise<readonly string[]> =>
      (await store.inspect()).filter(({ severity }) => severity === 'error').map(({ what }) => what);
    expect(await errors()).toEqual([]);
    const part = place.dialect.partOf?.(ada.tenant) ?? place.dialect;
    await part.write({
      text: 'MATCH (m:Memory {id: $id}) SET m.context_tenant_id = $other RETURN m.id AS id',
      parameters: { id: memoryId(1), other: 'other' },
    });
    expect(await errors()).toEqual([
      'Memories that changed their tenant: 1',
      'Relationships from one tenant to another: 1',
    ]);
  });
});

test.skipIf(there.length > 0)('no server is here to look into', () => {
  expect(there).toEqual([]);
});
