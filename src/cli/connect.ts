import { realpathSync } from 'node:fs';
import type { Config } from '../config.ts';
import { sameFlags } from './flags.ts';
import type { Terminal } from './terminal.ts';

const shell = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** How a client starts this very program on the same store. */
const stdioCommand = (terminal: Terminal, config: Config): readonly [string, ...string[]] => {
  const file = terminal.argv[1];
  const flags = sameFlags(config.effective);
  if (file === undefined) return ['graph-memory', ...flags];
  try {
    return ['node', realpathSync(file), ...flags];
  } catch {
    return ['graph-memory', ...flags];
  }
};

/** What to paste where, for the HTTP server at `url` and for a stdio server of the client's own. */
export const connectLines = (terminal: Terminal, config: Config, url: string): readonly string[] => {
  const [command, ...args] = stdioCommand(terminal, config);
  const stdio = { command, args };
  return [
    'Claude Code',
    `  claude mcp add --scope user --transport http graph-memory ${url}`,
    'Cursor, in ~/.cursor/mcp.json',
    `  ${JSON.stringify({ mcpServers: { 'graph-memory': { url } } })}`,
    'VS Code, in .vscode/mcp.json',
    `  ${JSON.stringify({ servers: { 'graph-memory': { type: 'http', url } } })}`,
    '',
    'Without this server running, each client can start its own on the same store, over stdio:',
    'Claude Code',
    `  claude mcp add --scope user graph-memory -- ${[command, ...args].map(shell).join(' ')}`,
    'VS Code, in .vscode/mcp.json',
    `  ${JSON.stringify({ servers: { 'graph-memory': { type: 'stdio', ...stdio } } })}`,
    'Cursor and any other stdio client',
    `  ${JSON.stringify({ mcpServers: { 'graph-memory': stdio } })}`,
  ];
};
