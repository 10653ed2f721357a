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

/** The cosine of this vector and another one of the same length; 0 where one of them has no direction. */
export const cosineTo = (vector: Vector): ((other: Vector) => number) => {
  let own = 0;
  for (const x of vector) own += x * x;
  return (other) => {
    let product = 0;
    let length = 0;
    // This is the inner loop of a search: whole numbers of 32 bits are quickest, and hold the sums of 130,000 components.
    for (let i = 0; i < other.length; i += 1) {
      const y = other[i] as number;
      product = (product + Math.imul(vector[i] as number, y)) | 0;
      length = (length + Math.imul(y, y)) | 0;
    }
    return product === 0 ? 0 : product / Math.sqrt(own * length);
  };
};

export const cosine = (a: Vector, b: Vector): number => cosineTo(a)(b);
