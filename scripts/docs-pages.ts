import { exitCodes } from '../src/cli/exit-codes.ts';
import { flagName } from '../src/cli/flags.ts';
import { type VariableName, variableNames, variables } from '../src/config.ts';
import { type ErrorCode, errorTable } from '../src/errors.ts';

const meanings: Readonly<Record<ErrorCode, string>> = {
  invalid_input: 'An argument is missing, unknown or out of range. The text names it and what is allowed.',
  cursor_invalid: 'A cursor was changed, or belongs to another question. Ask again without it.',
  not_found: 'There is no such memory or relationship for this caller.',
  version_conflict:
    'The record changed since it was read. The answer holds the current one: merge and try again with its version.',
  duplicate: 'It exists already. The answer holds its id.',
  idempotency_mismatch: 'The idempotency key was used for a different request. Take a new key.',
  cycle: 'The relationship would close a circle of a type that allows none. The text names the path.',
  read_only: 'The server was started with MEMORY_READ_ONLY.',
  forbidden: 'The caller may read this, not change it, or would put it where the caller could not read it.',
  scope_required:
    'A call reached the store without the scope of a caller, or with one of another mode. A fault of ours.',
  request_too_large: 'The request or the answer is over a limit. Ask for less at once.',
  deadline_exceeded:
    'The store took longer than MEMORY_DEADLINE_MS. A write may have been kept: read before repeating it.',
  store_busy: 'Another process held the store for too long. Try again.',
  store_unavailable: 'The store cannot be reached, or the server is stopping.',
  store_unwritable: 'The file or its folder cannot be written, or the disk is full.',
  store_foreign:
    'The store is another program’s, or of another mode or tenant than this process was told. The message says which, and what to set.',
  store_newer: 'The store was made by a newer version. Update the program.',
  store_corrupt: 'The file is damaged or is no database. Restore a backup.',
  config_invalid: 'A setting has a value that is not allowed. The text names it and what is.',
  address_in_use: 'Another process listens on this port. Stop it or choose another.',
  internal: 'A fault of ours. The text has a request id, which the log on stderr explains.',
};

const generated = '<!-- Made by scripts/gen-docs.ts; edit that. -->';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

const errorsPage = (): string => `# Errors
${generated}

Every failure has a code. A tool answers with \`code: what to do next\` and \`isError\`; the command line prints the same as one line on
stderr and ends with the exit code; over HTTP a request that is refused before it reaches a tool has the status.
Who has to act: the *caller* (usually the model), the *operator* who runs the server, or the *maintainer*. "Retry" means that the same call may
succeed later.

${table(
  ['Code', 'Who acts', 'HTTP', 'Exit', 'Retry', 'What it means'],
  Object.entries(errorTable).map(([name, { audience, httpStatus, exitCode, retryable }]) => [
    code(name),
    audience,
    String(httpStatus),
    String(exitCode),
    retryable ? 'yes' : 'no',
    meanings[name as ErrorCode],
  ]),
)}

## Exit codes

${table(
  ['Exit', 'Meaning'],
  exitCodes.map(([exit, meaning]) => [String(exit), meaning]),
)}
`;

const documentedDefault = (name: VariableName): string => {
  const { fallback } = variables[name];
  return typeof fallback === 'string' ? fallback : fallback.documented;
};

const configurationPage = (): string => `# Configuration
${generated}

\`\`\`console
$ MEMORY_LOG_LEVEL=info graph-memory config --read-only
MEMORY_LOG_LEVEL=info    # environment
MEMORY_READ_ONLY=true    # flag
MEMORY_TOOL_PROFILE=core # default
…
\`\`\`

A flag beats the environment, the environment beats the config file, the file beats the default. \`graph-memory config\` prints every setting
with the place it comes from. A value that is not allowed stops the start with exit code 3 and a line that names the variable. A variable
that begins with \`MEMORY_\` and is read by nothing gets a warning with the nearest name. An empty value counts as unset (\`MEMORY_PROJECT\` is the
exception).

${table(
  ['Variable', 'Flag', 'Allowed', 'Default', 'What it does'],
  variableNames.map((name) => [
    code(name),
    code(flagName(name)),
    variables[name].allowed,
    documentedDefault(name) || '(empty)',
    variables[name].description,
  ]),
)}

A switch has a flag without a value (\`--read-only\`) and its opposite (\`--no-read-only\`). \`--host\`, \`--port\` and \`--allowed-hosts\` belong to
\`serve --http\`.

## Folders

| | Data (\`memory.db\`) | Configuration (\`config.json\`) |
| --- | --- | --- |
| Linux | \`$XDG_DATA_HOME/graph-memory\`, else \`~/.local/share/graph-memory\` | \`$XDG_CONFIG_HOME/graph-memory\`, else \`~/.config/graph-memory\` |
| macOS | \`~/Library/Application Support/graph-memory\` | the same |
| Windows | \`%APPDATA%\\graph-memory\` | the same |

## Config file

One JSON object with the names of the table as keys. Lists may be arrays.

\`\`\`json
{ "MEMORY_TOOL_PROFILE": "extended", "MEMORY_ALLOWED_HOSTS": ["memory.example.com"] }
\`\`\`

## Project

A memory that is stored without a project gets the one that the server was started in: the address of the git remote \`origin\` (else of the first
remote) as \`host/owner/repo\`, so that worktrees, clones and moved folders are one project; else the path of the repository; else the path of the nearest
folder with a manifest such as \`package.json\`. The home folder, the root and the temporary folder are no projects. \`insteadOf\` rules and host
aliases of ssh are not followed: where they matter, set \`MEMORY_PROJECT\`.
`;

const environmentExample = (): string =>
  [
    '# Every variable with its default. Copy what you change into the environment of the server.',
    '# Made by scripts/gen-docs.ts.',
    ...variableNames.flatMap((name) => {
      const { description, allowed, fallback } = variables[name];
      const note = typeof fallback === 'string' ? '' : ` Default: ${fallback.documented}.`;
      return [
        '',
        `# ${description}`,
        `# Allowed: ${allowed}.${note}`,
        `# ${name}=${typeof fallback === 'string' ? fallback : ''}`,
      ];
    }),
    '',
  ].join('\n');

/** Text by path, relative to the repository. */
export const docsPages = (): Readonly<Record<string, string>> => ({
  'docs/errors.md': errorsPage(),
  'docs/configuration.md': configurationPage(),
  '.env.example': environmentExample(),
});
