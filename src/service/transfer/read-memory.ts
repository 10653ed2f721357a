import { memoryFields } from '../../domain/fields.ts';
import { type MemoryId, parseMemoryId } from '../../domain/ids.ts';
import { type JsonObject, type Memory, visibilities } from '../../domain/memory.ts';
import { checkMemory, normaliseTags } from '../../domain/memory-rules.ts';
import { AppError } from '../../errors.ts';
import { decodeRecord } from './record-text.ts';

const required = new Set(['id', 'type', 'title', 'content', 'created_at']);

export const requireId = (name: string, text: string): MemoryId => {
  const id = parseMemoryId(text);
  if (id === null) throw new AppError('invalid_input', `${name} must be a UUID`);
  return id;
};

/** A memory as a file has it, under the limits of every other memory. Throws `invalid_input`. */
export const readMemory = (object: JsonObject): Memory => {
  const defaults = {
    importance: 0.5,
    confidence: 0.8,
    usage_count: 0,
    version: 1,
    updated_at: object.created_at ?? null,
  };
  const decoded = decodeRecord(object, memoryFields, required, defaults) as Memory;
  const memory: Memory = {
    ...decoded,
    id: requireId('id', decoded.id),
    tags: normaliseTags(decoded.tags),
    mergedInto: decoded.mergedInto === null ? null : requireId('merged_into', decoded.mergedInto),
  };
  const { visibility } = memory.context;
  if (visibility !== null && !visibilities.includes(visibility)) {
    throw new AppError('invalid_input', `context_visibility must be one of ${visibilities.join(', ')}`);
  }
  if (memory.version < 1) throw new AppError('invalid_input', 'version must be 1 or more');
  checkMemory(memory);
  return memory;
};
