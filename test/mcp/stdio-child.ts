import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Message {
  readonly jsonrpc: string;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly result?: Record<string, unknown> & { content?: { text: string }[]; isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

export interface StdioChild {
  readonly process: ChildProcess;
  readonly write: (text: string) => void;
  readonly send: (message: Record<string, unknown>) => void;
  /** The first message, past or to come, that fits. Everything on stdout must be JSON-RPC. */
  readonly message: (fits: (message: Message) => boolean) => Promise<Message>;
  readonly call: (id: number, name: string, args: unknown) => Promise<Message>;
  readonly initialize: () => Promise<Message>;
  readonly endInput: () => void;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  readonly stderr: () => string;
  readonly messages: readonly Message[];
}

const answers =
  (id: number | string | null) =>
  (message: Message): boolean =>
    message.id === id && message.method === undefined;
export const answerTo = answers;

const running = new Set<ChildProcess>();

/** For `afterEach`: nothing outlives its test. */
export const killChildren = (): void => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
};

export const startStdio = (program: string, env: NodeJS.ProcessEnv = {}): StdioChild => {
  const child = spawn(process.execPath, [program], { stdio: 'pipe', env: { ...process.env, ...env } });
  running.add(child);
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let noise = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // A server that ends while it is written to is what some tests look for.
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      try {
        messages.push(JSON.parse(line) as Message);
      } catch {
        noise += `${line}\n`;
      }
    }
    for (const wake of waiting) wake();
  });
  const exited = once(child, 'close').then(([code, signal]: (number | string)[]) => {
    for (const wake of waiting) wake();
    return code ?? signal ?? 'unknown';
  });

  const message: StdioChild['message'] = (fits) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = messages.find(fits);
        const over = child.exitCode !== null || child.signalCode !== null;
        if (noise !== '') reject(new Error(`not protocol: ${noise}`));
        else if (found !== undefined) resolve(found);
        else if (over) reject(new Error(`the server ended without the message; stderr: ${stderr}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  const write = (text: string): void => void child.stdin.write(text);
  const send: StdioChild['send'] = (body) => write(`${JSON.stringify({ jsonrpc: '2.0', ...body })}\n`);
  const ask = (id: number, method: string, params: unknown): Promise<Message> => {
    send({ id, method, params });
    return message(answers(id));
  };
  return {
    process: child,
    write,
    send,
    message,
    call: (id, name, args) => ask(id, 'tools/call', { name, arguments: args }),
    initialize: async () => {
      const clientInfo = { name: 'test', version: '1' };
      const answer = await ask(0, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
      send({ method: 'notifications/initialized' });
      return answer;
    },
    endInput: () => void child.stdin.end(),
    exited,
    stderr: () => stderr,
    messages,
  };
};
