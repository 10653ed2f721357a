import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { parseArguments } from '../../src/mcp/arguments.ts';
import { temporaryFolder } from '../mcp/bundles.ts';
import { type At, fillStore, settingsOf } from './stores.ts';

type Settings = Readonly<Record<string, string>>;

/** Fresh copies of one filled store, each in a folder of its own. */
export interface Copies {
  readonly source: string;
  fresh(): Promise<string>;
}

export const makeCopies = async (memories: number): Promise<Copies> => {
  const folder = await temporaryFolder();
  const source = join(folder, 'source.db');
  await fillStore(source, memories);
  let made = 0;
  return {
    source,
    fresh: async () => {
      made += 1;
      const own = join(folder, String(made));
      await mkdir(own);
      const path = join(own, 'memory.db');
      await copyFile(source, path);
      return path;
    },
  };
};

export const as = (user: string, tenant = 'acme', more: Settings = {}): Settings => ({
  MEMORY_MULTI_TENANT_MODE: 'true',
  MEMORY_USER_ID: user,
  MEMORY_DEFAULT_TENANT: tenant,
  MEMORY_PROJECT: 'github.com/acme/shop',
  MEMORY_PROJECTS: 'github.com/acme/shop',
  ...more,
});

export interface Caller {
  call(tool: string, input: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

/** A server of this configuration on that store, without a transport. */
export const open = (at: At, env: Settings = {}): Caller => {
  const app = createApp(
    loadConfig({ env: { HOME: '/nonexistent', ...settingsOf(at), MEMORY_TOOL_PROFILE: 'extended', ...env } }),
  );
  return {
    call: async (name, input) => {
      const tool = await app.loadTool(name);
      const { structured, text } = await tool.run(parseArguments(tool, input), await app.contextFor());
      return { ...structured, text };
    },
    close: () => app.close(),
  };
};

/** One call of a server that is started for it. */
export const once = async (
  at: At,
  env: Settings,
  tool: string,
  input: Record<string, unknown>,
): Promise<Readonly<Record<string, unknown>>> => {
  const caller = open(at, env);
  try {
    return await caller.call(tool, input);
  } finally {
    await caller.close();
  }
};

export const note = (title: string): Record<string, unknown> => ({ type: 'general', title, content: `About ${title}` });
