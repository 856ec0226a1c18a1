import { z } from 'zod';
import { LEFT_BRANCH } from '../../router/indexer/ponder/lib/leftBranchNews.ts';
import { parseJson } from './parseJson.ts';

const lineSchema = z.looseObject({
  level: z.number(),
  msg: z.string(),
  error: z.object({ message: z.string().optional() }).optional(),
});

/** What one line of Ponder's log means to whoever runs it. */
export type PonderNews =
  | { readonly kind: 'serving'; readonly port: number }
  | {
      readonly kind: 'backfill';
      readonly progress: string | undefined;
      readonly remaining: string | undefined;
    }
  | { readonly kind: 'ready' }
  | { readonly kind: 'reorg'; readonly block: number }
  /** The chain left a block that counted as final. Ponder would ask for ten minutes whether it comes back. */
  | { readonly kind: 'reorgTooDeep' }
  /** It was of a branch that the chain has left. */
  | { readonly kind: 'indexDropped' }
  | { readonly kind: 'warning' | 'error'; readonly message: string };

const WARN = 40;
const ERROR = 50;

/** Undefined for what nobody needs to hear. Lines may hold endpoint URLs and strangers' words. */
export function ponderNews(line: string): PonderNews | undefined {
  const parsed = lineSchema.safeParse(parseJson(line));
  // Outside its log Ponder prints only what broke before it had one.
  if (!parsed.success) return line.trim() === '' ? undefined : { kind: 'warning', message: line };
  const { level, msg, error, ...values } = parsed.data;
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  switch (msg) {
    case 'Created HTTP server':
      return { kind: 'serving', port: Number(values.port) };
    case 'Updated backfill indexing progress':
      return { kind: 'backfill', progress: text('progress'), remaining: text('estimate') };
    case 'Started returning 200 responses':
      return values.endpoint === '/ready' ? { kind: 'ready' } : undefined;
    case 'Reorged block':
      return { kind: 'reorg', block: Number(values.number) };
    case 'Encountered unrecoverable reorg':
      return { kind: 'reorgTooDeep' };
    case LEFT_BRANCH.msg:
      return { kind: 'indexDropped' };
    case 'Received SIGINT':
    case 'Started shutdown sequence':
      return undefined;
    default:
      if (level < WARN) return undefined;
      return {
        kind: level >= ERROR ? 'error' : 'warning',
        message: error?.message ? `${msg}: ${error.message}` : msg,
      };
  }
}
