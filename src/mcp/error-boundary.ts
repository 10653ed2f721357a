import type { CallToolResult } from '@modelcontextprotocol/server';
import { errorTable, isAppError } from '../errors.ts';

/** What the operator should see of a failed call; `error` keeps its cause and never goes to the caller. */
export interface Fault {
  readonly requestId: string;
  readonly tool: string;
  readonly error: unknown;
}

const errorResult = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });

/** Runs a call and turns whatever it throws into an answer. The only place that does. */
export const withErrorBoundary = async (
  call: () => Promise<CallToolResult>,
  tool: string,
  newRequestId: () => string,
  report: (fault: Fault) => void,
): Promise<CallToolResult> => {
  try {
    return await call();
  } catch (error) {
    const known = isAppError(error) && errorTable[error.code].audience !== 'maintainer' ? error : null;
    if (known !== null && errorTable[known.code].audience === 'caller') {
      const details = Object.keys(known.details).length === 0 ? '' : `\n${JSON.stringify(known.details)}`;
      return errorResult(`${known.code}: ${known.message}${details}`);
    }
    const requestId = newRequestId();
    report({ requestId, tool, error });
    if (known !== null) return errorResult(`${known.code}: ${known.message} (request ${requestId})`);
    return errorResult(
      `internal: ${tool} failed; try once more, then show the operator this id (request ${requestId})`,
    );
  }
};
