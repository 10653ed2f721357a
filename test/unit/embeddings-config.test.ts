import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addFlags, globalVariables, sameFlags } from '../../src/cli/flags.ts';
import { loadConfig } from '../../src/config.ts';

const load = (env: Readonly<Record<string, string>>) => loadConfig({ env: { HOME: '/home/nobody', ...env } });
const url = 'http://localhost:11434/v1';

test('nothing is used unless it is named', () => {
  expect(load({}).embeddings).toBeNull();
  expect(load({ MEMORY_EMBEDDINGS_MODEL: 'm', MEMORY_EMBEDDINGS_KEY: 'k' }).embeddings).toBeNull();
});

test('a server wants a model and may want a key', () => {
  const named = { MEMORY_EMBEDDINGS_URL: url, MEMORY_EMBEDDINGS_MODEL: 'nomic-embed-text' };
  expect(load(named).embeddings).toEqual({ kind: 'http', url, model: 'nomic-embed-text', key: null });
  expect(load({ ...named, MEMORY_EMBEDDINGS_KEY: 'sk' }).embeddings).toMatchObject({ key: 'sk' });
  expect(() => load({ MEMORY_EMBEDDINGS_URL: url })).toThrow('needs MEMORY_EMBEDDINGS_MODEL');
});

test('a package is one of those that are known, and not beside a server', () => {
  const named = { MEMORY_EMBEDDINGS_PACKAGE: 'fastembed' };
  expect(load(named).embeddings).toEqual({ kind: 'package', name: 'fastembed', model: null });
  expect(() => load({ MEMORY_EMBEDDINGS_PACKAGE: 'left-pad' })).toThrow('allowed: @huggingface/transformers');
  expect(() => load({ ...named, MEMORY_EMBEDDINGS_URL: url, MEMORY_EMBEDDINGS_MODEL: 'm' })).toThrow('not both');
});

test.each(['ftp://host/v1', 'localhost:11434', 'http://user:secret@host/v1', 'http://a b'])('no server: %s', (bad) => {
  expect(() => load({ MEMORY_EMBEDDINGS_URL: bad, MEMORY_EMBEDDINGS_MODEL: 'm' })).toThrow('MEMORY_EMBEDDINGS_URL');
});

test('the key is shown nowhere, and is no flag', () => {
  const { effective } = load({ MEMORY_EMBEDDINGS_KEY: 'sk-hidden', MEMORY_EMBEDDINGS_MODEL: 'm' });
  expect(JSON.stringify(effective)).not.toContain('hidden');
  expect(sameFlags(effective)).toEqual(['--embeddings-model', 'm']);
  const command = new Command();
  addFlags(command, globalVariables);
  expect(command.options.map(({ long }) => long)).toContain('--embeddings-url');
  expect(command.options.map(({ long }) => long)).not.toContain('--embeddings-key');
});
