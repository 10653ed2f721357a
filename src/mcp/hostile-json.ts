const deepest = 32;
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor']);
const loneSurrogate = /\p{Surrogate}/u;

type Step = string | number;

/** `["links", 0, "type"]` reads `links[0].type`; what is no plain word is escaped. */
export const pathText = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const key = String(step);
      const shown = /^[\w-]{1,64}$/.test(key) ? key : JSON.stringify(key.slice(0, 64)).slice(1, -1);
      return index === 0 ? shown : `.${shown}`;
    })
    .join('');

const stringFault = (text: string): string | null => {
  const nul = text.indexOf('\0');
  if (nul !== -1) return `holds a NUL character at position ${nul}; remove it`;
  const lone = text.search(loneSurrogate);
  return lone === -1 ? null : `holds half a surrogate pair at position ${lone}; send valid Unicode`;
};

const keyFault = (key: string): string | null => {
  if (forbiddenKeys.has(key)) return 'is a key that is never accepted; rename it';
  return stringFault(key) === null ? null : 'is a key that is no valid text; rename it';
};

/**
 * What JSON can say and no store should keep: keys that reach an object's prototype, numbers beyond the double range, NUL,
 * lone surrogates, nesting deeper than 32. Returns the first fault as a sentence that names the place, or null.
 */
export const hostileFault = (root: unknown): string | null => {
  const stack: { readonly value: unknown; readonly path: readonly Step[] }[] = [{ value: root, path: [] }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, path } = item;
    if (typeof value === 'string') {
      const fault = stringFault(value);
      if (fault !== null) return `"${pathText(path)}" ${fault}`;
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return `"${pathText(path)}" is beyond the range of numbers; send a finite one`;
    } else if (typeof value === 'object' && value !== null) {
      if (path.length >= deepest) {
        return `"${pathText(path.slice(0, 3))}" is nested deeper than ${deepest} levels; flatten it`;
      }
      if (Array.isArray(value)) {
        value.forEach((child, index) => {
          stack.push({ value: child, path: [...path, index] });
        });
        continue;
      }
      for (const key of Object.keys(value)) {
        const fault = keyFault(key);
        if (fault !== null) return `"${pathText([...path, key])}" ${fault}`;
        stack.push({ value: (value as Record<string, unknown>)[key], path: [...path, key] });
      }
    }
  }
  return null;
};
