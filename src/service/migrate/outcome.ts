import type { KindCounts, Lease, Rescoped, Run } from '../../storage/migration.ts';
import type { Plan } from './plan.ts';
import type { Verification } from './verify.ts';

/** How a command ended. `stopped` can be gone on with, `refused` wrote nothing. */
export type Outcome =
  | { readonly kind: 'nothing_to_do'; readonly plan: Plan | null }
  | {
      readonly kind: 'migrated';
      readonly run: Run;
      readonly verification: Verification;
      readonly rows: number;
      readonly seconds: number;
    }
  | { readonly kind: 'rolled_back'; readonly run: Run; readonly report: RollbackReport }
  | { readonly kind: 'finalized'; readonly run: Run }
  | { readonly kind: 'refused'; readonly why: string; readonly plan?: Plan }
  | { readonly kind: 'stopped'; readonly run: number; readonly why: string }
  | { readonly kind: 'failed'; readonly failures: readonly string[] }
  | { readonly kind: 'held'; readonly lease: Lease };

export interface RollbackReport {
  readonly restored: number;
  /** Purged since the run. */
  readonly gone: number;
  /** Whose scope somebody changed since; the first of them. */
  readonly rescoped: readonly Rescoped[];
  readonly rescopedCount: number;
  /** What came in since and stays with its tenant. */
  readonly kept: KindCounts;
  /** What came in since and went to a file. */
  readonly exported: KindCounts | null;
  /** Whether every row of the store, usage too, is what it was when the run was planned. */
  readonly identical: boolean;
}
