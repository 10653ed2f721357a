import type { Assignment } from '../../domain/assignment.ts';
import type { MigrationContext } from './context.ts';
import { inMultiMode, present, unfinishedRun } from './execute.ts';
import { isEmptyPlan, makePlan, type Plan } from './plan.ts';

export interface DryRun {
  readonly plan: Plan;
  /** Why `execute` would not do it now. Empty: it would. */
  readonly problems: readonly string[];
}

/** The plan, and all else that would keep it from being carried out. Writes nothing. */
export const dryRun = async (context: MigrationContext, assignment: Assignment): Promise<DryRun> => {
  const { store } = context;
  const there = unfinishedRun((await store.status()).runs);
  const plan = await makePlan(context, assignment);
  const multi = !isEmptyPlan(plan) && (await store.mode()) === 'multi';
  return {
    plan,
    problems: [...plan.problems, ...(there === undefined ? [] : [present(there)]), ...(multi ? [inMultiMode] : [])],
  };
};
