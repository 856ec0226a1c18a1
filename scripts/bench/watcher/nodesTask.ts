/** What the process of all endpoints is started with; JSON, as its one argument. */
export interface NodesTask {
  /** Answers what has not been asked yet. */
  readonly nodeUrl: string;
}

/** To it. */
export type NodesOrder =
  /** Providers that answer with an error from now on. */
  { readonly kind: 'down'; readonly providers: readonly number[] } | { readonly kind: 'stats' };

/** From it. */
export type NodesWord =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'done' }
  | ({ readonly kind: 'stats' } & NodesStats);

export interface NodesStats {
  /** Calls since the start. */
  readonly calls: number;
  /** Of them, those that the node was asked for. */
  readonly passed: number;
  readonly bytes: number;
}
