import type { Config } from '../config.ts';
import { columns, print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

const shown = 10;

const listed = (counts: readonly (readonly [string, number])[]): string =>
  counts.map(([name, count]) => `${name} ${count}`).join(', ') || '-';

const byCount = (counts: Readonly<Record<string, number | undefined>>): string =>
  listed(
    Object.entries(counts)
      .map(([name, count]) => [name, count ?? 0] as const)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  );

export const stats = (terminal: Terminal, config: Config, json: boolean): Promise<void> =>
  withApp(config, async (app) => {
    const { scope, store } = await app.contextFor();
    const { location } = await app.store();
    const found = await store.statistics(scope, shown);
    if (json) return print(terminal, [JSON.stringify({ location, ...found }, null, 2)]);
    return print(
      terminal,
      columns([
        ['Store', location],
        ['Memories', `${found.memories}, and ${found.trashed} in the trash`],
        ['By type', byCount(found.byType)],
        ['Relationships', String(found.relationships)],
        ['By type', byCount(found.byRelationshipType)],
        ['Tags', listed(found.tags.map(({ value, count }) => [value, count]))],
        ['Projects', listed(found.projects.map(({ value, count }) => [value, count]))],
      ]),
    );
  });
