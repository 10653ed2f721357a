import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { setLogLevel } from '../log.ts';
import { connectLines } from './connect.ts';
import { complain, print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

const loopback = /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|localhost)$/i;

export const serveStdio = async (terminal: Terminal, config: Config): Promise<void> => {
  const [transport, { stopSignal }] = await Promise.all([
    import('../transport/stdio.ts'),
    import('../transport/stop-signal.ts'),
  ]);
  const stop = stopSignal({ followParent: true });
  const { stdin: input, stdout: output } = terminal;
  await withApp(config, (app) => {
    app.startUpkeep();
    return transport.serveStdio({ app, input, output, stop });
  });
};

/** Nobody proves who they are over HTTP yet: in multi-tenant mode the port answers this machine alone, and only where that was asked for. */
const checkTrust = ({ tenancy, http }: Config): void => {
  if (tenancy.mode === 'single') return;
  if (!loopback.test(http.host)) {
    throw new AppError(
      'config_invalid',
      `MEMORY_HTTP_HOST: in multi-tenant mode the server listens on the loopback interface only, not on ${http.host}. Unset it, or give each user a process over stdio.`,
    );
  }
  if (!tenancy.trustLocalCallers) {
    throw new AppError(
      'config_invalid',
      `MEMORY_TRUST_LOCAL_CALLERS: every program on this machine that reaches the port would act as ${tenancy.caller.user}. Set it to true if that is meant, or use stdio.`,
    );
  }
};

/** Runs until a signal asks it to stop. A store that cannot be opened ends it at once, not with the first call. */
export const serveHttp = async (terminal: Terminal, config: Config): Promise<void> => {
  checkTrust(config);
  const [transport, { stopSignal }] = await Promise.all([
    import('../transport/http.ts'),
    import('../transport/stop-signal.ts'),
  ]);
  const stop = stopSignal({ followParent: false });
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
  const { host, port, allowedHosts } = config.http;
  await withApp(config, async (app) => {
    const store = await app.store();
    await store.open();
    app.startUpkeep();
    const server = await transport.serveHttp({ host, port, app, allowedHosts });
    if (!loopback.test(host)) {
      await complain(
        terminal,
        `warning: ${host} can be reached from other machines, and whoever reaches it can read and change every memory.`,
      );
    }
    const { tenancy } = config;
    await print(terminal, [
      `graph-memory ${app.info.version} serves ${server.url}`,
      `Store: ${store.location}`,
      ...(tenancy.mode === 'multi'
        ? [`Every program on this machine that reaches it acts as ${tenancy.caller.user} of ${tenancy.caller.tenant}.`]
        : []),
      'Stop it with Ctrl-C.',
      '',
      ...connectLines(terminal, config, server.url),
    ]);
    setLogLevel(config.logLevel);
    await stopped;
    await server.close();
  });
};
