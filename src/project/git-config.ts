interface Section {
  readonly name: string;
  readonly subsection: string | null;
}

const header = /^\s*\[\s*([A-Za-z0-9.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/;

const readHeader = (line: string): { readonly section: Section; readonly rest: string } | null => {
  const match = header.exec(line);
  if (match === null) return null;
  const name = (match[1] ?? '').toLowerCase();
  const rest = line.slice(match[0].length);
  if (match[2] !== undefined) return { section: { name, subsection: match[2].replace(/\\(.)/g, '$1') }, rest };
  // The old form, [remote.origin].
  const dot = name.indexOf('.');
  const section = dot < 0 ? { name, subsection: null } : { name: name.slice(0, dot), subsection: name.slice(dot + 1) };
  return { section, rest };
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };

/** Quotes and escapes undone, comment cut off. */
const readValue = (text: string): string => {
  let value = '';
  let kept = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? '';
    if (character === '"') quoted = !quoted;
    else if (character === '\\') {
      i++;
      value += escapes[text[i] ?? ''] ?? text[i] ?? '';
    } else if (!quoted && (character === '#' || character === ';')) break;
    else value += character;
    if (quoted || !/\s/.test(character)) kept = value.length;
  }
  return value.slice(0, kept).trimStart();
};

/** First URL of each remote, in the order of the file. Lines that git would refuse are skipped. */
export const readRemotes = (text: string): ReadonlyMap<string, string> => {
  const remotes = new Map<string, string>();
  let section: Section | null = null;
  for (const raw of text
    .replace(/^\uFEFF/, '')
    .replace(/\\\r?\n/g, '')
    .split(/\r?\n/)) {
    const opened = readHeader(raw);
    if (opened !== null) section = opened.section;
    const setting = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=(.*)$/.exec(opened?.rest ?? raw);
    if (setting === null || section?.name !== 'remote' || section.subsection === null) continue;
    if (setting[1]?.toLowerCase() !== 'url' || remotes.has(section.subsection)) continue;
    const url = readValue(setting[2] ?? '');
    if (url !== '') remotes.set(section.subsection, url);
  }
  return remotes;
};
