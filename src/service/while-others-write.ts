import { AppError, isAppError } from '../errors.ts';

/** How often a write is laid anew over what somebody else wrote meanwhile. */
const attempts = 20;

/**
 * Looks and writes again while others change something between the two. What was in the way may be a record that the caller does not see,
 * so nothing is told of it; `own` are the ids whose conflicts the caller is to hear of. Throws `store_busy`.
 */
export const whileOthersWrite = async <T>(work: () => Promise<T>, own: readonly string[] = []): Promise<T> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const inTheWay = isAppError(error, 'version_conflict') || isAppError(error, 'duplicate');
      if (!inTheWay || own.includes(String(error.details.id))) throw error;
    }
  }
  throw new AppError('store_busy', 'Others keep changing these memories; try again in a moment.');
};
