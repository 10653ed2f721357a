import { expect, test } from 'vitest';
import { variables } from '../../src/config.ts';
import { readText } from './sources.ts';

/** People have these in the configuration of their clients: a name or a default that changes breaks them. */
const pinned: Record<string, string> = {
  MEMORY_CONFIG: '',
  MEMORY_BACKEND: 'sqlite',
  MEMORY_SQLITE_PATH: '',
  MEMORY_SQLITE_SYNCHRONOUS: 'full',
  MEMORY_NEO4J_URI: 'neo4j://127.0.0.1:7687',
  MEMORY_NEO4J_USER: 'neo4j',
  MEMORY_NEO4J_PASSWORD: '',
  MEMORY_NEO4J_DATABASE: '',
  MEMORY_MEMGRAPH_URI: 'bolt://127.0.0.1:7687',
  MEMORY_MEMGRAPH_USER: '',
  MEMORY_MEMGRAPH_PASSWORD: '',
  MEMORY_FALKORDB_URI: 'redis://127.0.0.1:6379',
  MEMORY_FALKORDB_USER: '',
  MEMORY_FALKORDB_PASSWORD: '',
  MEMORY_FALKORDB_GRAPH: 'graph-memory',
  MEMORY_FALKORDBLITE_PATH: '',
  MEMORY_FALKORDBLITE_BIN: '',
  MEMORY_TOOL_PROFILE: 'core',
  MEMORY_LOG_LEVEL: 'warn',
  MEMORY_AUTO_LINKS: 'true',
  MEMORY_ALLOW_CYCLES: 'false',
  MEMORY_READ_ONLY: 'false',
  MEMORY_PROJECT: '',
  MEMORY_HTTP_HOST: '127.0.0.1',
  MEMORY_HTTP_PORT: '8377',
  MEMORY_ALLOWED_HOSTS: '',
  MEMORY_EMBEDDINGS_URL: '',
  MEMORY_EMBEDDINGS_MODEL: '',
  MEMORY_EMBEDDINGS_KEY: '',
  MEMORY_EMBEDDINGS_PACKAGE: '',
  MEMORY_MULTI_TENANT_MODE: 'false',
  MEMORY_DEFAULT_TENANT: 'default',
  MEMORY_USER_ID: '',
  MEMORY_TEAM_IDS: '',
  MEMORY_PROJECTS: '',
  MEMORY_REQUIRE_AUTH: 'false',
  MEMORY_AUTH_PROVIDER: 'none',
  MEMORY_TRUST_LOCAL_CALLERS: 'false',
  MEMORY_ALLOW_UNMIGRATED: 'false',
  MEMORY_SINGLE_TENANT_VIEW: '',
  MEMORY_DEADLINE_MS: '30000',
};

test('the variables and their defaults are the ones that people have set', () => {
  const defaults = Object.entries(variables).map(([name, { fallback }]) => [
    name,
    typeof fallback === 'string' ? fallback : '',
  ]);
  expect(Object.fromEntries(defaults)).toEqual(pinned);
});

test('.env.example holds each variable with its default, commented out', () => {
  const lines = readText('.env.example').split('\n');
  const settings = lines.map((line) => /^#\s?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line)).filter((match) => match !== null);
  expect(Object.fromEntries(settings.map(([, name, value]) => [name, value]))).toEqual(pinned);
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});
