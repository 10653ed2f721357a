import '../../src/zod-without-eval.ts';
import { serveStdio } from '../../src/transport/stdio.ts';
import { stopSignal } from '../../src/transport/stop-signal.ts';
import { createScriptedApp } from './scripted-app.ts';

/** The stdio server of `src/main.ts` with the scripted tools; says on stderr when it has come to its end in order. */
export const main = async (onListed: () => void): Promise<void> => {
  const stop = stopSignal({ followParent: true });
  await serveStdio({ app: createScriptedApp(), input: process.stdin, output: process.stdout, stop, onListed });
  process.stderr.write('closed\n');
  process.exit(0);
};
