import { AppError } from '../errors.ts';

const wrong = (what: string): AppError =>
  new AppError('config_invalid', `The embedding model gave ${what}; check the model that the configuration names.`);

const isNumbers = (row: unknown): row is ArrayLike<number> =>
  (Array.isArray(row) || row instanceof Float32Array) && row.length > 0 && row.every((x) => Number.isFinite(x));

/** One vector for each text, all of the same length; `dimensions` null: of any one length. */
export const checkedVectors = (
  rows: readonly unknown[],
  count: number,
  dimensions: number | null,
): readonly Float32Array[] => {
  if (rows.length !== count) throw wrong(`${rows.length} vectors for ${count} texts`);
  const vectors = rows.map((row) => {
    if (!isNumbers(row)) throw wrong('something else than numbers');
    return Float32Array.from(row);
  });
  const length = dimensions ?? vectors[0]?.length;
  if (vectors.some((vector) => vector.length !== length)) throw wrong('vectors of different lengths');
  return vectors;
};
