import type { EmbeddingModel, QueryMeaning } from './model-space.ts';
import type { Outage } from './outage.ts';

/** An answer by words alone is better than a late one. */
const deadlineMs = 300;
const remembered = 100;

/**
 * What a query means, or null where the model does not say it in time. A late answer is kept for the next page, or for the next time.
 */
export const queryMeanings = (
  model: EmbeddingModel,
  outage: Outage,
): ((query: string) => Promise<QueryMeaning | null>) => {
  const known = new Map<string, Promise<QueryMeaning | null>>();

  const ask = async (query: string): Promise<QueryMeaning | null> => {
    try {
      const meaning = await model.meaningOf(query);
      outage.answered();
      return meaning;
    } catch (error) {
      known.delete(query);
      outage.failed(error);
      return null;
    }
  };

  return async (query) => {
    const asked = known.get(query);
    if (asked === undefined && outage.resting()) return null;
    const answer = asked ?? ask(query);
    known.delete(query);
    known.set(query, answer);
    const [oldest] = known.keys();
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), deadlineMs);
    });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  };
};
