/**
 * Who is to blame for a failed call, and so what happens next:
 * - `client`: the caller's own error, returned as it is, never retried
 * - `provider`: the node is at fault; next service, counts against its health
 * - `capacity`: rate or quota; next service, hold-off, never ill health
 * - `capability`: this node cannot answer this question; a more able service, no blame
 * - `known`: the transaction is already in the pool: success with its hash
 */
export type ErrorClass = 'client' | 'provider' | 'capacity' | 'capability' | 'known';
