import { log } from '../log.ts';
import type { ServiceContext } from '../service/context.ts';

/** Behind the first answers of a session. */
const delayMs = 3_000;

/** Brings the index of an older store up to date, once, then wakes what waits for that. */
export const upkeepOf = (context: () => Promise<ServiceContext>, then: () => void): { start(): void; stop(): void } => {
  const work = async (): Promise<void> => {
    try {
      const { keepIndexCurrent } = await import('../service/upkeep.ts');
      await keepIndexCurrent(await context());
    } catch (error) {
      log.warn('the index was not brought up to date', { error });
    }
    then();
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    start: () => {
      timer ??= setTimeout(() => void work(), delayMs).unref();
    },
    stop: () => clearTimeout(timer),
  };
};
