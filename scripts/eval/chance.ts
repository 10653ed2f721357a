/** A number in [0, 1) that depends on the text alone (FNV-1a, mixed): what is chosen by it stays chosen when other texts come or go. */
export const chance = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
};

/** At most `most` of the items, those of the smallest chance. */
export const sample = <T>(items: readonly T[], most: number, keyOf: (item: T) => string): readonly T[] => {
  const drawn = items.map((item) => ({ item, draw: chance(keyOf(item)), key: keyOf(item) }));
  drawn.sort((a, b) => a.draw - b.draw || (a.key < b.key ? -1 : 1));
  return drawn.slice(0, most).map(({ item }) => item);
};
