/** A JSON-RPC error that we make ourselves. Its text is ours: nothing a node or client wrote. */
export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Codes of JSON-RPC 2.0; -32000 and below to -32099 are the server's own. */
export const RPC_CODES = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  serverError: -32000,
  /** By convention of Ethereum's nodes. */
  limitExceeded: -32005,
} as const;

export const parseError: RpcErrorObject = { code: RPC_CODES.parseError, message: 'Parse error' };
export const invalidRequest: RpcErrorObject = { code: RPC_CODES.invalidRequest, message: 'Invalid Request' };
export const internalError: RpcErrorObject = { code: RPC_CODES.internalError, message: 'Internal error' };
