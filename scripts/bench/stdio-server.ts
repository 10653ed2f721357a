import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

interface Answer {
  readonly id: number;
  readonly result?: { readonly content?: readonly { readonly text: string }[]; readonly isError?: boolean };
  readonly error?: { readonly message: string };
}

/** A server as a client of a few lines sees it: nothing here costs more than the line itself. */
export interface StdioServer {
  readonly pid: number;
  /** The answer's text, or its whole result as JSON where it has none. Throws what the server refuses. */
  readonly call: (tool: string, args: object) => Promise<string>;
  readonly request: (method: string, params: object) => Promise<Answer['result']>;
  readonly stop: () => Promise<void>;
}

/** The same for every program that is timed. `NODE_EXTRA_CA_CERTS` would slow the start of each by more than what is measured. */
export const environment = (folder: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: folder,
  TMPDIR: process.env.TMPDIR,
  ...extra,
});

const connect = (child: ChildProcess): Pick<StdioServer, 'request'> => {
  const waiting = new Map<number, (answer: Answer | Error) => void>();
  let rest = '';
  let last = 0;
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      const answer = JSON.parse(rest.slice(0, end)) as Answer;
      rest = rest.slice(end + 1);
      waiting.get(answer.id)?.(answer);
      waiting.delete(answer.id);
    }
  });
  child.once('exit', () => {
    for (const wake of waiting.values()) wake(new Error('the server ended'));
  });
  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, (answer) => {
          if (answer instanceof Error) reject(answer);
          else if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
          else resolve(answer.result);
        });
        child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: last, method, params })}\n`);
      }),
  };
};

/** Spawns `program` and shakes hands. */
export const startServer = async (program: string, cwd: string, env: NodeJS.ProcessEnv): Promise<StdioServer> => {
  const child = spawn(process.execPath, [program], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const { request } = connect(child);
  const clientInfo = { name: 'bench', version: '1' };
  await request('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    pid: child.pid as number,
    request,
    call: async (name, args) => {
      const result = await request('tools/call', { name, arguments: args });
      const text = result?.content?.map((part) => part.text).join('\n') ?? JSON.stringify(result);
      if (result?.isError) throw new Error(`${name}: ${text}`);
      return text;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
};
