import type { MemoryId } from '../../domain/ids.ts';
import type { Memory } from '../../domain/memory.ts';
import type { Relationship } from '../../domain/relationship.ts';
import type { MemoryFilter } from '../../storage/query.ts';
import type { ServiceContext } from '../context.ts';
import type { OnProgress } from './format.ts';
import { indexPage, memoryPage, type Note } from './memory-page.ts';
import { noteNames } from './page-names.ts';
import { endOfLog, memoryPages } from './snapshot.ts';

/** A file of the folder; `path` is relative to it. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

export interface PageOptions {
  /** Null: all projects. */
  readonly project: string | null;
  readonly onProgress: OnProgress;
}

interface Entry extends Note {
  readonly type: string;
  readonly project: string | null;
}

const noProject = 'no project';
const relationshipsRead = 1_000;
const memoriesAtOnce = 100;

const edgesOf = async (
  { store, scope }: ServiceContext,
  of: readonly MemoryId[],
): Promise<ReadonlyMap<MemoryId, readonly Relationship[]>> => {
  const found = new Map<MemoryId, Relationship[]>(of.map((id) => [id, []]));
  let last: Relationship | undefined;
  do {
    const page = await store.relationships(scope, {
      of,
      limit: relationshipsRead,
      ...(last && { after: last.id }),
    });
    for (const edge of page) for (const end of [edge.from, edge.to]) found.get(end)?.push(edge);
    last = page.length < relationshipsRead ? undefined : page.at(-1);
  } while (last !== undefined);
  return found;
};

const chunks = (memories: readonly Memory[]): readonly (readonly Memory[])[] =>
  Array.from({ length: Math.ceil(memories.length / memoriesAtOnce) }, (_, index) =>
    memories.slice(index * memoriesAtOnce, (index + 1) * memoriesAtOnce),
  );

const grouped = (entries: Iterable<Entry>, key: (entry: Entry) => string): readonly (readonly [string, Entry[]])[] => {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(key(entry));
    if (group === undefined) groups.set(key(entry), [entry]);
    else group.push(entry);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
};

function* indexPages(notes: ReadonlyMap<MemoryId, Entry>, name: ReturnType<typeof noteNames>): Generator<Page> {
  const home = name('Index', ['']);
  const byProject = grouped(notes.values(), ({ project }) => project ?? noProject);
  const byType = grouped(notes.values(), ({ type }) => type);
  const index = (folder: string, title: string, sections: readonly (readonly [string, readonly Note[]])[]) => {
    const note = { name: name(title, ['']), title };
    return { note, page: { path: `${folder}/${note.name}.md`, text: indexPage(title, sections) } };
  };
  const projects = byProject.map(([project, entries]) =>
    index(
      'projects',
      project,
      grouped(entries, ({ type }) => type),
    ),
  );
  const types = byType.map(([type, entries]) =>
    index(
      'types',
      type,
      grouped(entries, ({ project }) => project ?? noProject),
    ),
  );
  for (const { page } of [...projects, ...types]) yield page;
  const sections = [
    ['Projects', projects.map(({ note }) => note)],
    ['Types', types.map(({ note }) => note)],
  ] as const;
  yield { path: `${home}.md`, text: indexPage('Memories', sections) };
}

/** One note for each live memory, with its relationships as links, and notes that list them by project and by type. */
export async function* exportPages(
  context: ServiceContext,
  { project, onProgress }: PageOptions,
): AsyncGenerator<Page> {
  const end = await endOfLog(context);
  const filter: MemoryFilter = project === null ? {} : { projects: [project] };
  const name = noteNames();
  const notes = new Map<MemoryId, Entry>();
  for await (const page of memoryPages(context, filter, end)) {
    for (const { id, title, type, context: about } of page) {
      notes.set(id, { name: name(title, [id.slice(0, 8), id]), title, type, project: about.projectPath });
    }
  }
  let done = 0;
  for await (const page of memoryPages(context, filter, end)) {
    for (const memories of chunks(page)) {
      const edges = await edgesOf(
        context,
        memories.map(({ id }) => id),
      );
      for (const memory of memories) {
        const note = notes.get(memory.id);
        if (note === undefined) continue;
        yield { path: `memories/${note.name}.md`, text: memoryPage(memory, edges.get(memory.id) ?? [], notes) };
      }
      done += memories.length;
      onProgress({ phase: 'notes', done, total: notes.size });
    }
  }
  yield* indexPages(notes, name);
}
