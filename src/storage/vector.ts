/**
 * What a model makes of a text, as a direction: each component a whole number, the largest ±127. Lengths carry no meaning, so that no
 * scale is kept, and the products are exact: every store works out the same cosine.
 */
export type Vector = Int8Array;

const largest = 127;

export const quantise = (components: ArrayLike<number>): Vector => {
  let peak = 0;
  for (let i = 0; i < components.length; i += 1) peak = Math.max(peak, Math.abs(components[i] as number));
  const vector = new Int8Array(components.length);
  if (peak === 0) return vector;
  for (let i = 0; i < vector.length; i += 1) vector[i] = Math.round(((components[i] as number) / peak) * largest);
  return vector;
};

/** Of two vectors of the same length; 0 where one of them has no direction. */
export const cosine = (a: Vector, b: Vector): number => {
  let product = 0;
  let lengthA = 0;
  let lengthB = 0;
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] as number, b[i] as number];
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product === 0 ? 0 : product / Math.sqrt(lengthA * lengthB);
};
