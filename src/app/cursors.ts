import type { TenantScope } from '../domain/scope.ts';
import { type CursorCodec, plainCursors, sealedCursors } from '../storage/cursor.ts';
import type { GuardedStore } from '../storage/guarded.ts';

/** Where several callers share a store, a cursor is sealed and good for one of them. */
export const cursorsFor = (store: () => Promise<GuardedStore>): ((scope: TenantScope) => Promise<CursorCodec>) => {
  let key: Promise<Uint8Array> | undefined;
  return async (scope) => {
    if (scope.tenant === null) return plainCursors;
    key ??= store().then((opened) => opened.sealingKey());
    const { tenant, user, teams, projects, role } = scope;
    try {
      return sealedCursors(await key, { tenant, user, teams, projects, role });
    } catch (error) {
      // A store that is not there now may be there for the next call.
      key = undefined;
      throw error;
    }
  };
};
