/** A documented name of a type declaration. */
export interface DeclaredName {
  readonly name: string;
  /** The class, interface or namespace around it. */
  readonly container: string | null;
  readonly signature: string;
  readonly firstSentence: string;
  readonly rest: string;
  /** Names that its documentation links to. */
  readonly links: readonly string[];
  /** Names that it says to use instead. */
  readonly replacedBy: readonly string[];
}

const longestSignature = 300;
const modifiers =
  /^(?:export|declare|default|public|protected|static|abstract|readonly|async|get|set|function|class|interface|const|let|var|type|enum|namespace|module)\s+/;

const nameIn = (declaration: string): string | undefined => {
  let rest = declaration.trim();
  while (modifiers.test(rest)) rest = rest.replace(modifiers, '');
  return /^["']?([A-Za-z_$][\w$]*)["']?\s*[<(?:;={!]|^([A-Za-z_$][\w$]*) (?:extends|implements) /
    .exec(rest)
    ?.slice(1)
    .find(Boolean);
};

const linkTarget = /\{@link(?:code|plain)?\s+([A-Za-z_$][\w$.#]*)[^}]*\}/g;
const named = (text: string): readonly string[] =>
  [...text.matchAll(linkTarget)].map(([, target = '']) => target.replaceAll('#', '.').replace(/\(\)$/, ''));

const plainDoc = (comment: string): string =>
  comment
    .replace(/^\s*\/\*\*+|\*+\/\s*$/g, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n');

const readable = (doc: string): string =>
  doc
    .replace(/\[([^\]]*)\]\(https?:[^)]*\)/g, '$1')
    .replace(linkTarget, '`$1`')
    .replace(/\*\*/g, '')
    .replace(/^MDN Reference$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

const splitSentence = (doc: string): readonly [string, string] => {
  const prose = doc.replace(/^@(description|summary|remarks)\s+/, '');
  const end = /[.!?](?=\s+[A-Z`@*\n]|\s*$)|\n\s*\n|\n(?=@)/.exec(prose);
  if (end === null) return [prose, ''];
  return [prose.slice(0, end.index + 1).trim(), prose.slice(end.index + 1).trim()];
};

const containerOpening =
  /^(\s*)(?:export\s+|declare\s+|default\s+|abstract\s+)*(?:class|interface|namespace)\s+([A-Za-z_$][\w$]*)[^;]*\{\s*$/;

/** Reads comments and the declaration after each; of overloads, the first that is documented. */
export const symbolsOf = (source: string): readonly DeclaredName[] => {
  const found = new Map<string, DeclaredName>();
  const lines = source.split(/\r?\n/);
  const containers: { readonly indent: number; readonly name: string }[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const opening = containerOpening.exec(line);
    if (opening) {
      const indent = opening[1]?.length ?? 0;
      while ((containers.at(-1)?.indent ?? -1) >= indent) containers.pop();
      containers.push({ indent, name: opening[2] ?? '' });
    }
    if (!/^\s*\/\*\*/.test(line)) continue;
    const comment: string[] = [];
    while (at < lines.length && !/\*\/\s*$/.test(lines[at] ?? '')) comment.push(lines[at++] ?? '');
    comment.push(lines[at] ?? '');
    const declared: string[] = [];
    for (let next = at + 1; next < Math.min(lines.length, at + 9); next += 1) {
      declared.push((lines[next] ?? '').trim());
      if (/[;{]\s*$/.test(lines[next] ?? '')) break;
    }
    const name = nameIn(declared.join(' '));
    const doc = plainDoc(comment.join('\n'));
    if (name === undefined || doc.trim().length < 30) continue;
    const indent = /^\s*/.exec(lines[at + 1] ?? '')?.[0].length ?? 0;
    const container = containers.filter((one) => one.indent < indent).at(-1)?.name ?? null;
    const key = `${container ?? ''}.${name}`;
    if (found.has(key)) continue;
    const [firstSentence, rest] = splitSentence(readable(doc));
    const deprecated = /@deprecated(?:\{@|[^@])*/.exec(doc)?.[0] ?? '';
    found.set(key, {
      name,
      container,
      signature: declared.join(' ').slice(0, longestSignature),
      firstSentence,
      rest,
      links: named(doc),
      replacedBy: named(deprecated),
    });
  }
  return [...found.values()];
};
