import type { ServiceContext } from './context.ts';

/** Who a write is put down to. Null in single-tenant mode, where everything is the same person's. */
export const writerOf = ({ scope }: Pick<ServiceContext, 'scope'>): string | null =>
  scope.tenant === null ? null : scope.user;
