import { type App, createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError, isAppError } from '../errors.ts';

/**
 * Closes the store whatever happens. Messages name the setting and not the place, because a model may read them; whoever runs a command
 * is told the place as well.
 */
export const withApp = async <Result>(config: Config, use: (app: App) => Promise<Result>): Promise<Result> => {
  const app = createApp(config);
  try {
    return await use(app);
  } catch (error) {
    if (!isAppError(error) || !error.code.startsWith('store_')) throw error;
    const { location } = await app.store();
    throw new AppError(error.code, `${error.message} (store: ${location})`, { cause: error });
  } finally {
    await app.close();
  }
};
