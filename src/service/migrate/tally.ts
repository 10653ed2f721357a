import type { Owner } from '../../domain/assignment.ts';
import type { ScopedKind } from '../../storage/migration.ts';

const keysKept = 20;

export interface Noted {
  readonly count: number;
  /** The first of them. */
  readonly keys: readonly string[];
}

export interface MatrixRow {
  readonly kind: string;
  readonly tenant: boolean;
  readonly visibility: string | null;
  readonly team: boolean;
  readonly before: number;
  readonly after: number;
}

const noteNames = ['unreadable', 'without creator', 'orphan', 'across', 'torn', 'taken'] as const;
type NoteName = (typeof noteNames)[number];

/** What a look at all rows brought up. */
export interface Found {
  readonly matrix: readonly MatrixRow[];
  readonly widenings: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly unmapped: readonly { readonly project: string | null; readonly count: number }[];
  readonly faults: Noted;
  readonly notes: Readonly<Record<NoteName, Noted>>;
}

interface Cell {
  before: number;
  after: number;
}

const cellKey = (kind: string, { tenantId, visibility, teamId }: Owner): string =>
  JSON.stringify([kind, tenantId !== null, visibility, teamId !== null]);

const noted = (): { count: number; keys: string[] } => ({ count: 0, keys: [] });

/** Counts, and keeps no more than a few keys of each. */
export class Tally {
  readonly #matrix = new Map<string, Cell>();
  readonly #widenings = new Map<string, number>();
  readonly #unmapped = new Map<string | null, number>();
  readonly #faults = noted();
  readonly #notes = Object.fromEntries(noteNames.map((name) => [name, noted()])) as Record<
    NoteName,
    { count: number; keys: string[] }
  >;

  #cell(key: string): Cell {
    const cell = this.#matrix.get(key) ?? { before: 0, after: 0 };
    this.#matrix.set(key, cell);
    return cell;
  }

  matrix(kind: string, before: Owner, after: Owner): void {
    this.#cell(cellKey(kind, before)).before += 1;
    this.#cell(cellKey(kind, after)).after += 1;
  }

  widening(from: string, to: string): void {
    const key = `${from} ${to}`;
    this.#widenings.set(key, (this.#widenings.get(key) ?? 0) + 1);
  }

  unmapped(project: string | null): void {
    this.#unmapped.set(project, (this.#unmapped.get(project) ?? 0) + 1);
  }

  fault(kind: ScopedKind, key: string, what: string): void {
    this.#faults.count += 1;
    if (this.#faults.keys.length < keysKept) this.#faults.keys.push(`${kind} ${key}: ${what}`);
  }

  note(name: NoteName, key: string): void {
    this.#notes[name].count += 1;
    if (this.#notes[name].keys.length < keysKept) this.#notes[name].keys.push(key);
  }

  found(): Found {
    const matrix = [...this.#matrix]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, counts]) => {
        const [kind, tenant, visibility, team] = JSON.parse(key) as [string, boolean, string | null, boolean];
        return { kind, tenant, visibility, team, ...counts };
      });
    const widenings = [...this.#widenings].map(([key, count]) => {
      const [from = '', to = ''] = key.split(' ');
      return { from, to, count };
    });
    const unmapped = [...this.#unmapped].map(([project, count]) => ({ project, count }));
    return { matrix, widenings, unmapped, faults: this.#faults, notes: this.#notes };
  }
}
