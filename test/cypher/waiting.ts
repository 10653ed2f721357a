import type { Dialect, Statement } from '../../backends/cypher/dialect.ts';
import type { Row } from '../../backends/cypher/values.ts';

/** Long enough for whoever waits for an answer to ask all that follows from it. */
const quietMs = 3;

interface Asked {
  readonly ask: () => Promise<readonly Row[]>;
  readonly answer: (rows: Promise<readonly Row[]>) => void;
}

/**
 * The same dialect, which gives the answers to all that was asked together at the same moment: `onWait` is told each time that somebody
 * had to wait for the server, however much was asked meanwhile.
 */
export const waiting = (dialect: Dialect, onWait: (statements: readonly Statement[]) => void): Dialect => {
  let pending: (Asked & { readonly statement: Statement })[] = [];
  const release = async (): Promise<void> => {
    const batch = pending;
    pending = [];
    onWait(batch.map(({ statement }) => statement));
    const answers = batch.map(({ ask }) => ask());
    await Promise.allSettled(answers);
    for (const [place, { answer }] of batch.entries()) answer(answers[place] as Promise<readonly Row[]>);
  };
  const later = (statement: Statement, ask: () => Promise<readonly Row[]>): Promise<readonly Row[]> =>
    new Promise((resolve) => {
      if (pending.length === 0) setTimeout(() => void release(), quietMs);
      pending.push({ statement, ask, answer: resolve });
    });
  return {
    ...dialect,
    read: (statement) => later(statement, () => dialect.read(statement)),
    write: (statement) => later(statement, () => dialect.write(statement)),
  };
};
