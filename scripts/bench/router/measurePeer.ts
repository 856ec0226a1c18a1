import { DinError } from '../../../router/core/dinError.ts';
import type { Processes } from '../../devnet/processes.ts';
import { peakMemory, processorSeconds } from '../processTree.ts';
import { type LoadFigures, runLoad } from './load.ts';
import type { Peer, PeerName } from './peers.ts';

export interface PeerFigures {
  readonly name: PeerName | 'direct';
  readonly full: LoadFigures;
  /** Half of the full load's requests a second. */
  readonly half: LoadFigures;
  /** Of the peer's own processes; undefined for `direct`, which has none. */
  readonly own: OwnFigures | undefined;
}

export interface OwnFigures {
  /** Processor time in seconds. */
  readonly secondsPer10000: number;
  /** By processor time. */
  readonly requestsPerSecond: number;
  readonly peakBytes: number | undefined;
  /** The node without the peer, at the same load as the peer's half. */
  readonly directHalf: LoadFigures;
}

export interface LoadPlan {
  readonly wrk: string;
  readonly connections: number;
  readonly seconds: number;
  readonly nodeUrl: string;
}

export const READY_TIMEOUT_MS = 60_000;
/** A peer that takes a question while it starts and never answers it is asked again. */
export const QUESTION_TIMEOUT_MS = 2_000;
/** Until the compiler has seen the hot path. */
const WARM_UP_SECONDS = 5;
const QUESTION = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getBalance', params: [] });
/** A half of the requests takes each connection twice as long. */
const HALF = 2;
const TRIAL_SECONDS = 1;

export async function measureDirect(plan: LoadPlan): Promise<PeerFigures> {
  const { full } = await measureFull(plan, plan.nodeUrl);
  return { name: 'direct', full, half: await measureHalf(plan, plan.nodeUrl, full), own: undefined };
}

/** @throws {@link AnswersFailedError} when a gateway answered with errors, which wrk does not see. */
export async function measurePeer(
  name: PeerName,
  { spec, path }: Peer,
  {
    port,
    processes,
    plan,
  }: { readonly port: number; readonly processes: Processes; readonly plan: LoadPlan },
): Promise<PeerFigures> {
  const process = processes.start(spec);
  const origin = `http://127.0.0.1:${port}`;
  const url = origin + path;
  try {
    await process.ready(() => answers(url), READY_TIMEOUT_MS);
    const { full, processor } = await measureFull(plan, url, process.pid);
    const directHalf = await measureHalf(plan, plan.nodeUrl, full);
    const half = await measureHalf(plan, url, full);
    if (path !== '/') await requireAnswers(name, origin);
    const own = {
      secondsPer10000: (processor / full.requests) * 10_000,
      requestsPerSecond: full.requests / processor,
      peakBytes: peakMemory(process.pid),
      directHalf,
    };
    return { name, full, half, own };
  } finally {
    await process.end('SIGTERM');
  }
}

async function measureFull(
  plan: LoadPlan,
  url: string,
  pid?: number,
): Promise<{ full: LoadFigures; processor: number }> {
  await runLoad({ ...plan, url, seconds: WARM_UP_SECONDS });
  const used = () => (pid === undefined ? 0 : processorSeconds(pid));
  const before = used();
  const full = await runLoad({ ...plan, url });
  return { full, processor: used() - before };
}

/** Half of the requests a second that the full load was. */
async function measureHalf(plan: LoadPlan, url: string, full: LoadFigures): Promise<LoadFigures> {
  const spanOf = ({ perSecond }: LoadFigures) => (plan.connections / perSecond) * 1_000;
  const span = spanOf(full) * HALF;
  const trial = await runLoad({ ...plan, url, seconds: TRIAL_SECONDS, restMs: span });
  // A connection rests for what the answer leaves of its span.
  const answered = spanOf(trial) - span;
  return await runLoad({ ...plan, url, restMs: Math.max(0, span - answered) });
}

export async function answers(url: string): Promise<true | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    body: QUESTION,
    signal: AbortSignal.timeout(QUESTION_TIMEOUT_MS),
  });
  return (await response.text()).includes('"result"') ? true : undefined;
}

/** @throws {@link AnswersFailedError} */
export async function requireAnswers(name: string, origin: string): Promise<void> {
  const text = await (await fetch(`${origin}/metrics`)).text();
  const failed = text
    .split('\n')
    .filter((line) => /^din_calls_total\{.*result="(failed|error)"/.test(line) && !line.endsWith(' 0'));
  if (failed.length > 0) throw new AnswersFailedError(name, failed.join('; '));
}

export class AnswersFailedError extends DinError {
  readonly code = 'ANSWERS_FAILED';
  constructor(name: string, counts: string) {
    super(`${name} answered with errors, so its figures mean nothing: ${counts}`);
  }
}
