import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A memory to be stored, and by their keys the ones it is linked to. A link is left out if its target is not there. */
export interface Draft {
  readonly key: string;
  readonly type: string;
  readonly title: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly files: readonly string[];
  readonly commit?: string;
  readonly links: readonly { readonly key: string; readonly type: string }[];
}

const mostCommits = 200;

interface Section {
  readonly heading: string;
  readonly text: string;
}

/** A page cut at its headings of the first two levels; code fences are left whole. */
const sectionsOf = (markdown: string): readonly Section[] => {
  const sections: { heading: string; lines: string[] }[] = [];
  let fenced = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? undefined : /^##? +(.+)$/.exec(line)?.[1];
    if (heading !== undefined) sections.push({ heading, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections
    .map(({ heading, lines }) => ({ heading, text: lines.join('\n').trim() }))
    .filter(({ text }) => text !== '');
};

const pagePaths = (root: string): readonly string[] => [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((path) => existsSync(join(root, path))),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'))
    .sort(),
];

const mentionedDecisions = (text: string, paths: readonly string[], own: string): readonly string[] =>
  paths.filter((path) => path.startsWith('docs/adr/') && path !== own && text.includes(path.slice('docs/adr/'.length)));

const pageDrafts = (root: string, paths: readonly string[], path: string): readonly Draft[] => {
  const markdown = readFileSync(join(root, path), 'utf8');
  const files = [path];
  if (path.startsWith('docs/adr/')) {
    const title = /^# +(.+)$/m.exec(markdown)?.[1] ?? path;
    const links = mentionedDecisions(markdown, paths, path).map((key) => ({ key, type: 'BUILDS_ON' }));
    return [{ key: path, type: 'decision', title, content: markdown, tags: ['adr'], files, links }];
  }
  const sections = sectionsOf(markdown);
  return sections.map(({ heading, text }, index) => ({
    key: index === 0 ? path : `${path}#${heading}`,
    type: path === 'CHANGELOG.md' ? 'project' : 'workflow',
    title: index === 0 ? heading : `${sections[0]?.heading ?? path}: ${heading}`,
    content: text,
    tags: ['docs'],
    files,
    links: [
      ...(index === 0 ? [] : [{ key: path, type: 'BUILDS_ON' }]),
      ...mentionedDecisions(text, paths, path).map((key) => ({ key, type: 'APPLIES_TO' })),
    ],
  }));
};

/** Oldest first. None where this is not a checkout. */
const commitDrafts = (root: string): readonly Draft[] => {
  let output: string;
  try {
    const format = '%x1e%H%x1f%P%x1f%s%x1f%b%x1f';
    output = execFileSync('git', ['log', `-${mostCommits}`, '--reverse', '--name-only', `--format=${format}`], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return [];
  }
  return output
    .split('\x1e')
    .slice(1)
    .map((record) => {
      const [commit = '', parents = '', subject = '', body = '', names = ''] = record.split('\x1f');
      const files = names.split('\n').filter((name) => name !== '');
      return {
        key: commit,
        type: 'task',
        title: subject,
        content: `${body.trim() || subject}\n\n${files.join('\n')}`.slice(0, 20_000),
        tags: ['commit'],
        files: files.slice(0, 50),
        commit,
        links: [
          ...parents.split(' ').map((key) => ({ key, type: 'FOLLOWS' })),
          ...files.filter((name) => name.endsWith('.md')).map((key) => ({ key, type: 'APPLIES_TO' })),
        ].slice(0, 50),
      };
    });
};

/** This repository's pages, decisions, changelog and history, in an order in which links point backwards. */
export const readCorpus = (root: string): readonly Draft[] => {
  const paths = pagePaths(root);
  const decisionsFirst = [...paths].sort(
    (a, b) => Number(b.startsWith('docs/adr/')) - Number(a.startsWith('docs/adr/')),
  );
  return [...decisionsFirst.flatMap((path) => pageDrafts(root, paths, path)), ...commitDrafts(root)];
};
