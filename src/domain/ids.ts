declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** UUID v4, lower case. Random on purpose: an id must tell neither time nor count. */
export type MemoryId = Branded<string, 'MemoryId'>;
/** UUID v4, lower case. */
export type RelationshipId = Branded<string, 'RelationshipId'>;
/** 1–64 characters of `[A-Za-z0-9_-]`. */
export type TenantId = Branded<string, 'TenantId'>;

/** Milliseconds since the epoch, UTC; an integer, which all stores keep exactly. */
export type Millis = number;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Returns the id in lower case, or null if the text is no UUID. */
export const parseMemoryId = (text: string): MemoryId | null => {
  const id = text.trim().toLowerCase();
  return uuid.test(id) ? (id as MemoryId) : null;
};

export const parseRelationshipId = (text: string): RelationshipId | null =>
  parseMemoryId(text) as RelationshipId | null;
