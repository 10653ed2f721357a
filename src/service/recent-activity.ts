import type { Millis } from '../domain/ids.ts';
import type { Memory } from '../domain/memory.ts';
import type { MemoryFilter, Sort } from '../storage/query.ts';
import type { ServiceContext } from './context.ts';

export interface RecentActivity {
  /** Null: all projects. */
  readonly project: string | null;
  readonly since: Millis;
  readonly total: number;
  /** Problems and errors of any age that nothing solves or addresses, the most important first. */
  readonly unresolved: Section;
  readonly decided: Section;
  /** Stored in this time; neither it nor its total has what is in the two before. */
  readonly stored: Section;
  /** Stored before and changed in this time; the same holds. */
  readonly changed: Section;
}

export interface Section {
  readonly items: readonly Memory[];
  readonly total: number;
}

const day = 86_400_000;
const important: Sort = { field: 'importance', direction: 'desc' };
const newest: Sort = { field: 'created_at', direction: 'desc' };
const latest: Sort = { field: 'updated_at', direction: 'desc' };

const section = async (context: ServiceContext, filter: MemoryFilter, sort: Sort, limit: number): Promise<Section> => {
  const [items, total] = await Promise.all([
    context.store.listMemories(context.scope, { filter, sort, limit }),
    context.store.countMemories(context.scope, filter),
  ]);
  return { items, total };
};

const untold = ({ items, total }: Section, told: readonly Memory[], limit: number): Section => {
  const ids = new Set(told.map((memory) => memory.id));
  return { items: items.filter((memory) => !ids.has(memory.id)).slice(0, limit), total: total - ids.size };
};

/** A briefing on a project: what is open, what was decided, what is new, what changed. */
export const recentActivity = async (
  context: ServiceContext,
  request: { readonly days: number; readonly project: string | null; readonly limit: number },
): Promise<RecentActivity> => {
  const since = context.now() - request.days * day;
  const inProject: MemoryFilter = request.project === null ? {} : { projects: [request.project] };
  const { limit } = request;
  const open: MemoryFilter = { ...inProject, types: ['problem', 'error'], notRelatedBy: ['SOLVES', 'ADDRESSES'] };
  const decisions: MemoryFilter = { ...inProject, types: ['decision'], createdAfter: since };
  const [total, unresolved, decided, stored, changed] = await Promise.all([
    context.store.countMemories(context.scope, inProject),
    section(context, open, important, limit),
    section(context, decisions, newest, limit),
    section(context, { ...inProject, createdAfter: since }, newest, limit * 3),
    section(context, { ...inProject, createdBefore: since, updatedAfter: since }, latest, limit * 3),
  ]);
  const told = [...unresolved.items, ...decided.items];
  const isNew = (memory: Memory): boolean => memory.createdAt >= since;
  return {
    project: request.project,
    since,
    total,
    unresolved,
    decided,
    stored: untold(stored, told.filter(isNew), limit),
    changed: untold(
      changed,
      told.filter((memory) => !isNew(memory) && memory.updatedAt >= since),
      limit,
    ),
  };
};
