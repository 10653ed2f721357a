import { describe, expect, test } from 'vitest';
import { Real, type Value } from '../../backends/cypher/values.ts';
import { encodeParameters } from '../../backends/falkordb/parameters.ts';

const encoded = (value: Value): string => encodeParameters({ v: value }).slice('CYPHER v='.length, -1);

describe('a parameter is text of the statement', () => {
  test.each<[string, Value, string]>([
    ['a text', 'plain', '"plain"'],
    ['quotes and backslashes', 'a"b\\c', '"a\\"b\\\\c"'],
    ['what looks like a statement', '" RETURN 1 //', '"\\" RETURN 1 //"'],
    ['line feeds and controls', 'a\nb\t\u0001', '"a\nb\t\u0001"'],
    ['an integer', 42, '42'],
    ['the largest integer', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['minus zero', -0, '0'],
    ['a fraction', 0.5, '0.5'],
    ['a real that is whole', new Real(1), '1.0'],
    ['a real that is written with an exponent', new Real(1e21), '1e+21'],
    ['true', true, 'true'],
    ['nothing', null, 'null'],
    ['a list', [1, 'a', [new Real(2)]], '[1,"a",[2.0]]'],
    ['a map', { a: 1, b_2: ['x'] }, '{a:1,b_2:["x"]}'],
  ])('%s', (_, value, text) => {
    expect(encoded(value)).toBe(text);
  });

  test.each<[string, () => string]>([
    ['a name that is a statement', () => encodeParameters({ 'a=1 RETURN 5 AS evil //': 1 })],
    ['a key with a blank', () => encoded({ 'a b': 1 })],
    ['a key that is another entry', () => encoded({ 'a:1,b': 1 })],
    ['NUL', () => encoded('a\0b')],
    ['no number', () => encoded(Number.NaN)],
    ['infinity', () => encoded(new Real(Number.POSITIVE_INFINITY))],
    ['an integer that is not exact', () => encoded(2 ** 53)],
  ])('%s is refused', (_, encode) => {
    expect(encode).toThrow(RangeError);
  });

  test('none are nothing', () => {
    expect(encodeParameters({})).toBe('');
  });
});
