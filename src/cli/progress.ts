import type { WriteStream } from 'node:tty';
import type { OnProgress } from '../service/transfer/format.ts';
import type { Terminal } from './terminal.ts';

const onTerminalMs = 200;
const elsewhereMs = 5_000;
const barLength = 24;

export const isTerminal = (stream: unknown): boolean => (stream as Partial<WriteStream>).isTTY === true;

const bar = (phase: string, done: number, total: number | null): string => {
  if (total === null || total === 0) return `${phase}: ${done}`;
  const filled = Math.min(barLength, Math.round((done / total) * barLength));
  return `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)} ${phase}: ${done} of ${total}`;
};

/**
 * Says on stderr how far long work is: a bar on a terminal, lines of JSON elsewhere. Work that is done before the first one is due says
 * nothing. `clear` makes room for what is said next.
 */
export const showProgress = ({ stderr }: Terminal): { readonly onProgress: OnProgress; readonly clear: () => void } => {
  const terminal = isTerminal(stderr);
  const every = terminal ? onTerminalMs : elsewhereMs;
  let due = performance.now() + every;
  let shown = false;
  return {
    onProgress: ({ phase, done, total }) => {
      if (performance.now() < due) return;
      due = performance.now() + every;
      shown = terminal;
      stderr.write(terminal ? `\r\u001b[K${bar(phase, done, total)}` : `${JSON.stringify({ phase, done, total })}\n`);
    },
    clear: () => {
      if (shown) stderr.write('\r\u001b[K');
      shown = false;
    },
  };
};
