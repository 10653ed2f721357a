import { AppError } from '../errors.ts';
import type { MigrationStore } from './migration.ts';
import type { Backend } from './store.ts';

const unforeseen = (cause: unknown): AppError =>
  new AppError('internal', 'The store failed in a way that was not foreseen; see the server log.', { cause });

/** Every error of it is an `AppError`. It has no deadlines: a person waits and can interrupt. */
export const guardMigration = (backend: Backend): MigrationStore => {
  const bare = backend.migration?.();
  if (bare === undefined) {
    throw new AppError('invalid_input', 'This store cannot be moved to a tenant: its backend does not say how.');
  }
  return new Proxy(bare, {
    get: (target, name): unknown => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'translate') return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(member, target, args);
        } catch (error) {
          throw error instanceof AppError ? error : (target.translate(error) ?? unforeseen(error));
        }
      };
    },
  });
};
