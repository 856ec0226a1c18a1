/**
 * Whoever waits for the answers to one request. In place of an AbortSignal, which costs more than all it would be used
 * for: hardly any client leaves.
 */
export interface Client {
  /** Its request's, in answers and logs. */
  readonly requestId: string;
  /** Calls of one session are answered by one service as long as it can. */
  readonly session: string | undefined;
  isGone(): boolean;
  /** The listener is called once, at once when the client has left already. */
  onGone(listener: () => void): void;
}

/** @returns the client, and the function that says that it has left */
export function createClient(requestId: string, session?: string): Client & { leave(): void } {
  let gone = false;
  let listeners: (() => void)[] | undefined;
  return {
    requestId,
    session,
    isGone: () => gone,
    onGone(listener) {
      if (gone) listener();
      else if (listeners === undefined) listeners = [listener];
      else listeners.push(listener);
    },
    leave() {
      if (gone) return;
      gone = true;
      for (const listener of listeners ?? []) listener();
      listeners = undefined;
    },
  };
}
