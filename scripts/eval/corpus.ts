import type { MemoryType } from '../../src/domain/memory.ts';
import type { RelationshipOrigin, RelationshipType } from '../../src/domain/relationship.ts';
import { chance, sample } from './chance.ts';
import { type DeclaredName, symbolsOf } from './declarations.ts';
import { type InstalledFile, installedFiles } from './installed.ts';
import { type Section, sectionsOf } from './markdown.ts';
import { tellingWords } from './words.ts';

/** A memory of the corpus before it has an id. */
export interface Note {
  readonly key: string;
  readonly package: string;
  readonly file: string;
  readonly type: MemoryType;
  readonly title: string;
  readonly content: string;
  /** What its author called it, kept out of title and content so that it can be asked for. */
  readonly hidden: string | null;
  /** The name that it declares. */
  readonly symbol: string | null;
  readonly origin: 'page' | 'declaration';
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly type: RelationshipType;
  readonly origin: RelationshipOrigin;
}

export interface Corpus {
  readonly notes: readonly Note[];
  readonly links: readonly Link[];
  /** Of packages that the store knows nothing about. */
  readonly foreign: readonly Note[];
}

const foreignPackages = new Set([
  'commander',
  'expect-type',
  'ip-address',
  'magic-string',
  'picomatch',
  'smol-toml',
  'tinybench',
]);
const longestContent = 6_000;
const sectionsPerFile = 40;
const entriesPerChangelog = 12;
const symbolsPerPackage = 200;
const symbolsOfLarge: Readonly<Record<string, number>> = { typescript: 900, '@types/node': 1_200 };

const clipped = (text: string, most: number): string => (text.length <= most ? text : text.slice(0, most));
const oneLine = (text: string): string => text.replace(/[`*_]/g, '').replace(/\s+/g, ' ').trim();

/** The title of what has lost its heading: how it begins. */
const opening = (body: string): string => {
  const prose = oneLine(body.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/^[\s\-|:>#]+/gm, ''));
  return clipped((prose || oneLine(body)).split(' ').slice(0, 8).join(' '), 80) || 'untitled';
};

const isChangelog = (path: string): boolean => /change|history|release/i.test(path);

/** Than the name of the package. */
const saysMore = (heading: string, name: string): boolean =>
  tellingWords(heading).some((word) => !name.toLowerCase().includes(word.toLowerCase()));

const pageType = (path: string): MemoryType => {
  if (isChangelog(path)) return 'project';
  return path.includes('/') ? 'workflow' : 'technology';
};

const pageNotes = ({ package: name, path, text }: InstalledFile): readonly (Note & { readonly section: Section })[] => {
  const changelog = isChangelog(path);
  const sections = sectionsOf(text).filter(({ body }) => body.length >= 80);
  return sections.slice(0, changelog ? entriesPerChangelog : sectionsPerFile).map((section, index) => {
    const key = `${name}/${path}#${index} ${section.heading}`;
    const asked = !changelog && chance(`hide ${key}`) < 0.6 && saysMore(section.heading, name);
    return {
      key,
      package: name,
      file: path,
      type: pageType(path),
      title: asked ? opening(section.body) : clipped(section.heading || opening(section.body), 150),
      content: clipped(section.body, longestContent),
      hidden: asked ? section.heading : null,
      symbol: null,
      origin: 'page' as const,
      section,
    };
  });
};

const withoutOwnName = (sentence: string, { name, container }: DeclaredName): string =>
  sentence
    .replaceAll('`', '')
    .replaceAll(`${container}.${name}`, '')
    .replace(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`, 'g'), '')
    .replace(/\s+/g, ' ')
    .trim();

const declarationNote = (file: InstalledFile, symbol: DeclaredName): Note => {
  const title = symbol.container === null ? symbol.name : `${symbol.container}.${symbol.name}`;
  const key = `${file.package}/${file.path}#${title}`;
  const sentence = withoutOwnName(symbol.firstSentence, symbol);
  const asked =
    symbol.rest.length > 100 &&
    !sentence.startsWith('@') &&
    sentence.length < 220 &&
    tellingWords(sentence).length >= 4 &&
    chance(`hide ${key}`) < 0.6;
  const doc = asked ? symbol.rest : `${symbol.firstSentence} ${symbol.rest}`;
  return {
    key,
    package: file.package,
    file: file.path,
    type: 'code_pattern',
    title,
    content: clipped(`${doc.trim()}\n${symbol.signature}`, longestContent),
    hidden: asked ? sentence : null,
    symbol: symbol.name,
    origin: 'declaration',
  };
};

const pageLinks = (pages: readonly (Note & { readonly section: Section })[]): readonly Link[] => {
  const byAnchor = new Map(pages.map((page) => [page.section.anchor, page.key]));
  const parents: { level: number; key: string }[] = [];
  return pages.flatMap((page, index) => {
    const links: Link[] = [];
    const previous = pages[index - 1];
    if (previous) links.push({ from: page.key, to: previous.key, type: 'FOLLOWS', origin: 'automatic' });
    while ((parents.at(-1)?.level ?? 0) >= page.section.level) parents.pop();
    const parent = parents.at(-1);
    if (parent && parent.level > 1) links.push({ from: page.key, to: parent.key, type: 'BUILDS_ON', origin: 'stated' });
    parents.push({ level: page.section.level, key: page.key });
    for (const anchor of page.section.links.slice(0, 8)) {
      const to = byAnchor.get(anchor);
      if (to) links.push({ from: page.key, to, type: 'RELATED_TO', origin: 'stated' });
    }
    return links;
  });
};

/** Names of a package's declarations that a text speaks of, in backticks. */
const mentions = (note: Note, byName: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  [...new Set([...note.content.matchAll(/`([A-Za-z_$][\w$.]{3,})(?:\(\))?`/g)].map(([, name = '']) => name))].flatMap(
    (name) => {
      const found = byName.get(name) ?? byName.get(name.split('.').at(-1) ?? '') ?? [];
      return found.length === 1 ? found : [];
    },
  );

const declarationLinks = (
  symbols: readonly (readonly [Note, DeclaredName])[],
  byName: ReadonlyMap<string, readonly string[]>,
): readonly Link[] =>
  symbols.flatMap(([note, symbol]) => {
    const targets = (names: readonly string[]): readonly string[] =>
      names.flatMap((name) => {
        const last = name.split('.').at(-1) ?? '';
        const own = `${note.key.slice(0, note.key.indexOf('#'))}#`;
        const found = byName.get(name) ?? byName.get(last) ?? [];
        const near = found.filter((key) => key.startsWith(own));
        return found.length === 1 ? found : near.length === 1 ? near : [];
      });
    return [
      ...targets(symbol.replacedBy).map((to) => ({ from: note.key, to, type: 'DEPRECATED_BY' as const })),
      ...targets(symbol.links).map((to) => ({ from: note.key, to, type: 'WORKS_WITH' as const })),
      ...(symbol.container ? targets([symbol.container]) : []).map((to) => ({
        from: note.key,
        to,
        type: 'APPLIES_TO' as const,
      })),
    ].map((link) => ({ ...link, origin: 'stated' as const }));
  });

/** Undirected types are stored with the smaller end first, so their pair counts once; so does any other pair. */
const distinctLinks = (links: readonly Link[], known: ReadonlySet<string>): readonly Link[] => {
  const seen = new Set<string>();
  const stated = [...links].sort((a, b) => Number(a.origin === 'automatic') - Number(b.origin === 'automatic'));
  return stated.filter(({ from, to }) => {
    const pair = from < to ? `${from} ${to}` : `${to} ${from}`;
    if (from === to || seen.has(pair) || !known.has(from) || !known.has(to)) return false;
    seen.add(pair);
    return true;
  });
};

interface Gathered {
  readonly notes: Note[];
  readonly links: Link[];
}

const gather = (files: readonly InstalledFile[]): Gathered => {
  const name = files[0]?.package ?? '';
  const pages = files.filter(({ path }) => /\.(md|markdown)$/i.test(path)).map(pageNotes);
  const declared = files
    .filter(({ path }) => path.endsWith('ts'))
    .flatMap((file) => symbolsOf(file.text).map((symbol) => [declarationNote(file, symbol), symbol] as const));
  const unique = [...new Map(declared.map((entry) => [entry[0].content, entry])).values()];
  const kept = new Set(sample(unique, symbolsOfLarge[name] ?? symbolsPerPackage, ([note]) => note.key));
  const symbols = unique.filter((entry) => kept.has(entry));
  const byName = new Map<string, string[]>();
  for (const [note, symbol] of symbols) {
    for (const called of new Set([symbol.name, note.title]))
      byName.set(called, [...(byName.get(called) ?? []), note.key]);
  }
  const notes = [...pages.flat(), ...symbols.map(([note]) => note)];
  const spokenOf = notes.flatMap((note) =>
    mentions(note, byName)
      .slice(0, 6)
      .map((to): Link => ({ from: note.key, to, type: 'REQUIRES', origin: 'stated' })),
  );
  return { notes, links: [...pages.flatMap(pageLinks), ...declarationLinks(symbols, byName), ...spokenOf] };
};

/** Documentation that others wrote, as memories; what refers to what in it, as relationships. The same for the same lock file. */
export const readCorpus = (root: string): Corpus => {
  const byPackage = new Map<string, InstalledFile[]>();
  for (const file of installedFiles(root)) {
    const files = byPackage.get(file.package) ?? [];
    byPackage.set(file.package, files);
    files.push(file);
  }
  const gathered = [...byPackage].map(([name, files]) => ({ name, ...gather(files) }));
  const own = gathered.filter(({ name }) => !foreignPackages.has(name));
  // Packages copy each other's texts.
  const notes = [...new Map(own.flatMap((one) => one.notes).map((note) => [note.content, note])).values()];
  return {
    notes,
    links: distinctLinks(
      own.flatMap((one) => one.links),
      new Set(notes.map((note) => note.key)),
    ),
    foreign: gathered.filter(({ name }) => foreignPackages.has(name)).flatMap((one) => one.notes),
  };
};
