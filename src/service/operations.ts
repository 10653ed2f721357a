import type { Memory } from '../domain/memory.ts';
import type { Relationship } from '../domain/relationship.ts';
import { searchDocument } from '../search/document.ts';
import { relationshipWords } from '../search/relationship-words.ts';
import type { ChangeNote, WriteOperation } from '../storage/batch.ts';
import type { SearchDocument } from '../storage/search-document.ts';

const created: ChangeNote = { kind: 'created', reason: null };

export const createsMemory = (memory: Memory, document: SearchDocument): WriteOperation => ({
  op: 'create_memory',
  memory,
  document,
  note: created,
});

/** The record is the next version: the one before it must still be there. */
export const replacesMemory = (memory: Memory, note: ChangeNote): WriteOperation => ({
  op: 'replace_memory',
  memory,
  expectedVersion: memory.version - 1,
  document: searchDocument(memory),
  note,
});

export const createsRelationship = (relationship: Relationship, note: ChangeNote = created): WriteOperation => ({
  op: 'create_relationship',
  relationship,
  words: relationshipWords(relationship),
  note,
});

/** The record is the next version: the one before it must still be there. */
export const replacesRelationship = (relationship: Relationship, note: ChangeNote): WriteOperation => ({
  op: 'replace_relationship',
  relationship,
  words: relationshipWords(relationship),
  expectedVersion: relationship.version - 1,
  note,
});
