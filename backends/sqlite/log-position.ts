import type { Millis } from '../../src/domain/ids.ts';
import type { Connection } from './connection.ts';
import { everyKey, type KeyRange, keyRange } from './tenants.ts';

/** The end of the log, whether its last line is still there or was purged. */
const endSql = `SELECT seq, at FROM (
    SELECT * FROM (SELECT seq, at FROM change_log ORDER BY seq DESC LIMIT 1) UNION ALL SELECT seq, at FROM purge_mark
  ) ORDER BY seq DESC LIMIT 1`;
const endOfTenantSql = `SELECT seq, at FROM (
    SELECT * FROM (SELECT seq, at FROM change_log WHERE seq > ? AND seq < ? ORDER BY seq DESC LIMIT 1)
    UNION ALL SELECT seq, at FROM purge_mark WHERE seq > ? AND seq < ?
  ) ORDER BY seq DESC LIMIT 1`;

const firstFromSql = 'SELECT seq, at FROM change_log WHERE seq >= ? ORDER BY seq LIMIT 1';
const firstOfTenantSql = 'SELECT seq, at FROM change_log WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT 1';

type Line = [seq: number, at: Millis];

/** Keys of the lines of a tenant's log, or of the one log. A caller is told what goes beyond `first`. */
export const logKeys = (tenantNo: number | null): KeyRange => (tenantNo === null ? everyKey : keyRange(tenantNo));

/** The key and the time of the last line. */
export const endOfLog = (connection: Connection, tenantNo: number | null): Line => {
  const { first, beyond } = logKeys(tenantNo);
  const end =
    tenantNo === null
      ? connection.row<Line>(endSql)
      : connection.row<Line>(endOfTenantSql, [first, beyond, first, beyond]);
  return end ?? [first, Number.MIN_SAFE_INTEGER];
};

/** As callers count. */
export const lastSeq = (connection: Connection, tenantNo: number | null): number =>
  endOfLog(connection, tenantNo)[0] - logKeys(tenantNo).first;

/** The key of the first line at or after a time, by bisection: the log is in the order of time, which saves an index on it. */
export const keySince = (connection: Connection, tenantNo: number | null, since: Millis): number => {
  const { first, beyond } = logKeys(tenantNo);
  const firstFrom = (key: number): Line | undefined =>
    tenantNo === null
      ? connection.row<Line>(firstFromSql, [key])
      : connection.row<Line>(firstOfTenantSql, [key, beyond]);
  let [low, high] = [first, endOfLog(connection, tenantNo)[0] + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [seq, at] = firstFrom(middle) ?? [high, since];
    if (at >= since) high = middle;
    else low = seq + 1;
  }
  return low;
};
