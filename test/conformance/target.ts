import type { Backend } from '../../src/storage/store.ts';

export const modes = ['single', 'multi'] as const;
/** Single-tenant or multi-tenant. */
export type Mode = (typeof modes)[number];

/** Somewhere to keep data, empty at first, which may be opened more than once. */
export interface Place {
  /** A handle of its own in this mode, not yet opened. Without one: in single-tenant mode. */
  handle(mode?: Mode): Promise<Backend>;
  /** A handle on a backup of it. Only where stores make backups. */
  handleOnBackup?(path: string, mode?: Mode): Promise<Backend>;
  /** The variables that lead a program there. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Called when all handles are closed. */
  destroy(): Promise<void>;
}

/** A case that a backend is known to fail. Once it passes, the run fails until the gap is taken out. */
export interface Gap {
  readonly case: string;
  readonly reason: string;
}

export interface Target {
  readonly name: string;
  /** The modes that its store works in. */
  readonly modes: readonly Mode[];
  readonly gaps: readonly Gap[];
  /** A worker has one place at a time there. */
  readonly onePlace?: true;
  /** Why it cannot be tested here, or null if it can. */
  unreachable(): Promise<string | null>;
  place(): Promise<Place>;
}
