const snakeCase = (name: string): string =>
  name.replace(/ /g, '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The same with the names that are used at the wire. Keys that are data, such as projects, are none of ours and stay. */
export const jsonOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [snakeCase(name), name === 'teamOf' ? item : jsonOf(item)]),
  );
};
