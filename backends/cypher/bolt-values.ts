import type Driver from 'neo4j-driver';
import { type Parameters, Real, type Row, type Value } from './values.ts';

/** The driver sends every plain number as a floating-point one. */
const encodeValue = (driver: typeof Driver, value: Value): unknown => {
  if (value instanceof Real) return value.value;
  if (typeof value === 'number') return Number.isInteger(value) ? driver.int(value) : value;
  if (Array.isArray(value)) return value.map((item: Value) => encodeValue(driver, item));
  if (value !== null && typeof value === 'object') return encode(driver, value as Parameters);
  return value;
};

export const encode = (driver: typeof Driver, parameters: Parameters): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, encodeValue(driver, value)]));

/** Scalars, lists and maps, as the driver gives them with integers as numbers. */
export const toRow = (record: { toObject(): object }): Row => record.toObject() as Row;
