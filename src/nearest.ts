import { editDistanceAtMost } from './edit-distance.ts';

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The candidate that `text` was most likely meant to be, or null if none is near. Ties go to the first. */
export const nearest = (text: string, candidates: readonly string[]): string | null => {
  const wanted = plain(text.slice(0, 100));
  if (wanted === '') return null;
  let found: string | null = null;
  let best = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = plain(candidate);
    const most = Math.max(2, Math.floor(Math.max(wanted.length, other.length) / 3));
    const contained = wanted.length > 2 && other.length > 2 && (other.includes(wanted) || wanted.includes(other));
    const edits = editDistanceAtMost(wanted, other, most) ?? most + 1;
    const far = edits > most || edits >= Math.min(wanted.length, other.length);
    if (far && !contained) continue;
    const score = far ? most : edits;
    if (score < best) {
      best = score;
      found = candidate;
    }
  }
  return found;
};
