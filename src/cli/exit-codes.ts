/** What a script may rely on. Which error ends with which code is in the table of `errors.ts`. */
export const exitCodes: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'refused, or doctor found a fault'],
  [2, 'wrong usage or input'],
  [3, 'wrong configuration'],
  [4, 'the store cannot be reached or written'],
  [5, 'the store is not ours, newer than this version, or damaged'],
  [6, 'the address is in use'],
  [7, 'too busy or too slow; try again'],
  [70, 'a fault of this program'],
];
