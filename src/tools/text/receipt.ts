import type { JsonObject } from '../../domain/memory.ts';
import type { ToolAnswer } from '../tool.ts';

/** A write's answer: ids and versions, the same for a model and for a program, and nothing of what was sent. */
export const receipt = (facts: JsonObject): ToolAnswer => ({ text: JSON.stringify(facts), structured: facts });
