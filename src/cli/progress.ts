import type { WriteStream } from 'node:tty';
import type { OnProgress, Progress } from '../service/transfer/format.ts';
import type { Terminal } from './terminal.ts';

const onTerminalMs = 200;
const elsewhereMs = 5_000;
const barLength = 24;

export const isTerminal = (stream: unknown): boolean => (stream as Partial<WriteStream>).isTTY === true;

const bar = ({ phase, done, total }: Progress, rate: number): string => {
  if (total === null || total === 0) return `${phase}: ${done}`;
  const filled = Math.min(barLength, Math.round((done / total) * barLength));
  const left = rate > 0 ? `, ${Math.round(rate)}/s, ${Math.ceil(Math.max(0, total - done) / rate)} s left` : '';
  return `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)} ${phase}: ${done} of ${total}${left}`;
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
  let begun: { readonly phase: string; readonly at: number; readonly done: number } | null = null;
  return {
    onProgress: (progress) => {
      const now = performance.now();
      if (begun?.phase !== progress.phase) begun = { phase: progress.phase, at: now, done: progress.done };
      if (now < due) return;
      due = now + every;
      shown = terminal;
      const rate = now > begun.at ? ((progress.done - begun.done) * 1_000) / (now - begun.at) : 0;
      stderr.write(
        terminal ? `\r\u001b[K${bar(progress, rate)}` : `${JSON.stringify({ ...progress, rate: Math.round(rate) })}\n`,
      );
    },
    clear: () => {
      if (shown) stderr.write('\r\u001b[K');
      shown = false;
    },
  };
};
