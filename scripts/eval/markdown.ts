/** A heading and what stands under it up to the next one. */
export interface Section {
  readonly heading: string;
  readonly level: number;
  readonly body: string;
  /** How links name it. */
  readonly anchor: string;
  /** Anchors that the body links to. */
  readonly links: readonly string[];
}

const plain = (markdown: string): string =>
  markdown
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]+)\]\[[^\]]*\]/g, '$1')
    .replace(/^\[[^\]]+\]:.*$/gm, '')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const cleanHeading = (heading: string): string => plain(heading).replace(/[`*#]/g, '').replace(/\s+/g, ' ').trim();

const anchorsIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/\]\(#([^)\s]+)\)/g)].map(([, anchor = '']) => {
    try {
      return decodeURIComponent(anchor).toLowerCase();
    } catch {
      return anchor.toLowerCase();
    }
  });

/** Fenced blocks are left whole. */
export const sectionsOf = (markdown: string): readonly Section[] => {
  const sections: { heading: string; level: number; lines: string[] }[] = [];
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === undefined ? mark : line.trim() === fence ? undefined : fence;
    const heading = fence === undefined && mark === undefined ? /^(#{1,5})\s+(.+?)\s*#*$/.exec(line) : null;
    if (heading) sections.push({ heading: heading[2] ?? '', level: heading[1]?.length ?? 1, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ heading, level, lines }) => ({
    heading: cleanHeading(heading),
    level,
    body: plain(lines.join('\n')),
    anchor: anchorOf(cleanHeading(heading)),
    links: anchorsIn(lines.join('\n')),
  }));
};
