import type { CallToolResult } from '@modelcontextprotocol/server';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { type AppError, errorTable, isAppError } from '../errors.ts';

/** What the operator should see of a failed call; `error` keeps its cause and never goes to the caller. */
export interface Fault {
  readonly requestId: string;
  /** The tool, or the method of the protocol. */
  readonly tool: string;
  readonly error: unknown;
}

/** What a boundary needs of the application. */
export interface FaultDesk {
  readonly newId: () => string;
  reportFault(fault: Fault): void;
}

/** The text a caller may read, and the error if it is one that the caller can act on. Everything else is reported. */
const explain = (error: unknown, what: string, desk: FaultDesk): { readonly text: string; readonly own?: AppError } => {
  const known = isAppError(error) && errorTable[error.code].audience !== 'maintainer' ? error : null;
  if (known !== null && errorTable[known.code].audience === 'caller') {
    return { text: `${known.code}: ${known.message}`, own: known };
  }
  const requestId = desk.newId();
  desk.reportFault({ requestId, tool: what, error });
  if (known !== null) return { text: `${known.code}: ${known.message} (request ${requestId})` };
  return { text: `internal: ${what} failed; try once more, then show the operator this id (request ${requestId})` };
};

/** Runs a call and turns whatever it throws into an answer. */
export const withErrorBoundary = async (
  call: () => Promise<CallToolResult>,
  tool: string,
  desk: FaultDesk,
): Promise<CallToolResult> => {
  try {
    return await call();
  } catch (error) {
    const { text, own } = explain(error, tool, desk);
    const details = own && Object.keys(own.details).length > 0 ? `\n${JSON.stringify(own.details)}` : '';
    return { content: [{ type: 'text', text: text + details }], isError: true };
  }
};

/** The same for what is no tool: the caller gets an error of the protocol. */
export const withProtocolErrors = async <T>(call: () => Promise<T>, method: string, desk: FaultDesk): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const { text, own } = explain(error, method, desk);
    const code = own && !own.retryable ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
    throw new ProtocolError(code, text);
  }
};
