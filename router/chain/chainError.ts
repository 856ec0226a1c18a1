import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  ResponseBodyTooLargeError,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem';

// Enough to see what is wrong, short enough for a log line and a status page.
const MAX_LENGTH = 200;
const URL_LIKE = /\b(?:https?|wss?):\/\/\S+/gi;

/** One line about a failed request without what may be secret: endpoint URLs often carry keys. */
export function describeChainError(error: unknown): string {
  return plainText(error).replace(URL_LIKE, '<url>').replace(/\s+/g, ' ').slice(0, MAX_LENGTH);
}

/** What the error says, without the URL and the body that viem's full message holds. */
export function plainText(error: unknown): string {
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error);
  // `details` is the node's or the network's own wording, at the end of the chain of causes.
  const { shortMessage } = error;
  const root = error.walk();
  const details = root instanceof Error && !(root instanceof BaseError) ? root.message : error.details;
  return details && details !== shortMessage ? `${shortMessage} ${details}` : shortMessage;
}

/** The contract itself refused, or there is none that answers: the endpoint is not to blame. */
export function isContractAnswer(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk(
      (cause) =>
        cause instanceof ContractFunctionRevertedError || cause instanceof ContractFunctionZeroDataError,
    ) !== null
  );
}

/** The endpoint failed or refused: asking again, or elsewhere, may help. */
export function isEndpointError(error: unknown): boolean {
  if (!(error instanceof BaseError) || isContractAnswer(error)) return false;
  return (
    error.walk(
      (cause) =>
        cause instanceof HttpRequestError ||
        cause instanceof WebSocketRequestError ||
        cause instanceof SocketClosedError ||
        cause instanceof ResponseBodyTooLargeError ||
        cause instanceof TimeoutError ||
        cause instanceof RpcRequestError ||
        cause instanceof RpcError,
    ) !== null
  );
}
