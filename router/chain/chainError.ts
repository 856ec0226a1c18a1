import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  HttpRequestError,
  RpcError,
  RpcRequestError,
  TimeoutError,
} from 'viem';
import { DinError } from '../core/dinError.ts';

// Enough to see what is wrong, short enough for a log line and a status page.
const MAX_LENGTH = 200;
const URL_LIKE = /\b(?:https?|wss?):\/\/\S+/gi;

/** One line about a failed request without what may be secret: endpoint URLs often carry keys. */
export function describeChainError(error: unknown): string {
  return plainText(error).replace(URL_LIKE, '<url>').replace(/\s+/g, ' ').slice(0, MAX_LENGTH);
}

function plainText(error: unknown): string {
  if (error instanceof DinError) return error.message;
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error);
  // The short message and details leave out the URL and the body that viem's full message holds.
  const root = error.walk();
  const detail =
    root instanceof BaseError ? root.details || root.shortMessage : root instanceof Error ? root.message : '';
  return detail && detail !== error.shortMessage ? `${error.shortMessage} ${detail}` : error.shortMessage;
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
        cause instanceof TimeoutError ||
        cause instanceof RpcRequestError ||
        cause instanceof RpcError,
    ) !== null
  );
}
