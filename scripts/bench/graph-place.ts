import { createBackend } from '../../backends/index.ts';
import type { Backend } from '../../src/storage/store.ts';
import type { ServerAddress } from '../../test/support/servers.ts';
import { type Filling, fill, fillingOf, tenantName } from './filled-store.ts';

export type GraphServerName = 'neo4j' | 'falkordb';

/** An empty part of a server, in one of the modes. */
export interface GraphPlace {
  readonly backend: Backend;
  readonly filling: Filling;
  /** What the published program is told to work there. */
  readonly env: NodeJS.ProcessEnv;
  readonly address: ServerAddress;
  readonly graph: string;
}

/** Rows of a batch: one statement that a server takes without holding up others for long. */
const atOnce = 1_000;

/** Filled as `fillStore` fills a file; throws where somebody else's memories are. */
export const fillPlace = async (
  name: GraphServerName,
  address: ServerAddress,
  size: number,
  multiTenant: boolean,
): Promise<GraphPlace> => {
  const graph = `bench-${size}${multiTenant ? '-tenants' : ''}`;
  const backend = await createBackend(name, { ...address, multiTenant, ...(name === 'falkordb' ? { graph } : {}) });
  await backend.open();
  const there = (await backend.tenants()).reduce((sum, { memories }) => sum + memories, 0);
  if (there > 0) throw new Error(`${name} holds ${there} memories; measure on an empty one`);
  const filling = fillingOf(size);
  const begun = performance.now();
  await fill(backend, filling, size, multiTenant ? tenantName(0) : null, atOnce);
  console.error(`filled ${name} ${graph} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  const prefix = `MEMORY_${name.toUpperCase()}`;
  const env = {
    MEMORY_BACKEND: name,
    [`${prefix}_URI`]: address.uri,
    [`${prefix}_USER`]: address.user,
    [`${prefix}_PASSWORD`]: address.password,
    ...(name === 'falkordb' ? { MEMORY_FALKORDB_GRAPH: graph } : {}),
  };
  return { backend, filling, env, address, graph };
};
