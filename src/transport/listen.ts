import type { Server } from 'node:http';
import { AppError } from '../errors.ts';

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

const listenError = (error: unknown, host: string, port: number): AppError => {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new AppError(
        'address_in_use',
        `port ${port} on ${host} is in use: stop the process that holds it, or choose another with --port or MEMORY_HTTP_PORT (0 takes a free one)`,
        { cause: error, details: { host, port } },
      );
    case 'EACCES':
      return new AppError(
        'config_invalid',
        `port ${port} on ${host} is not open to this user: choose one above 1023 with --port`,
        {
          cause: error,
        },
      );
    default:
      return new AppError(
        'config_invalid',
        `cannot listen on ${host}: it is no address of this machine; choose another with --host`,
        {
          cause: error,
        },
      );
  }
};

/** Resolves with the port that was taken. */
export const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
