import { isAppError } from '../../src/errors.ts';

/** The answer, or the refusal without its wording, which the contract leaves open. */
export const outcomeOf = async (answer: Promise<unknown>): Promise<unknown> => {
  try {
    return { answer: await answer };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { refused: error.code, details: error.details };
  }
};
