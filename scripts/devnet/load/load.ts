import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Clock, Random } from '../../../router/core/clock.ts';
import { isObject, type Json } from '../rpcItems.ts';
import { drawQuestion, pick, type Question } from './questions.ts';
import type { Sender, SignedTransfer } from './sender.ts';
import type { Truth } from './truth.ts';

const TRANSACTION_SHARE = 0.08;
const BATCH_SHARE = 0.15;
const MOST_BATCH_ITEMS = 10;
// Longer than the gateway's own deadline: who gives up first must not be this side.
const TIMEOUT_MS = 30_000;
const FAILURES_KEPT = 20;
/** Ids that a careless middleman changes: all must come back as they went. */
const RAW_IDS = ['1', '"a\\u00e9\\n"', '12345678901234567890', '-0.5e3', '"00"', '9007199254740993', '""'];

export interface LoadOptions {
  /** The gateway's URL for the network. */
  readonly url: string;
  readonly truth: Truth;
  readonly senders: readonly Sender[];
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface LoadStats {
  /** Each item of a batch counts. */
  readonly calls: number;
  readonly failed: number;
  /** Of the failed: those with an answer that is not true. */
  readonly wrong: number;
  /** The highest that an answer has named. */
  readonly highestHead: bigint;
  readonly batches: number;
  /** The first failures, for people. */
  readonly failures: readonly string[];
  /** Milliseconds of each HTTP request, in the order of their ends. */
  readonly latencies: readonly number[];
  readonly transactions: readonly SignedTransfer[];
}

/** Users: they ask, send transactions and check every answer. */
export interface Load {
  /** So many users at once; each waits `pauseMs` between two requests. Until {@link pause}. */
  run(users: number, pauseMs: number): void;
  /** Resolves once the last request is answered. */
  pause(): Promise<void>;
  /** Resolves once all requests that are under way now are answered; others go on. */
  settled(): Promise<void>;
  stats(): LoadStats;
  close(): Promise<void>;
}

export function createLoad(options: LoadOptions): Load {
  const { truth, clock, random } = options;
  const { origin, pathname } = new URL(options.url);
  const pool = new Pool(origin, { connections: options.concurrency, headersTimeout: TIMEOUT_MS });
  const idleSenders = [...options.senders];
  const failures: string[] = [];
  const latencies: number[] = [];
  const transactions: SignedTransfer[] = [];
  let seenHead = truth.head;
  let calls = 0;
  let failed = 0;
  let wrong = 0;
  let batches = 0;
  let running = false;
  let users: Promise<void>[] = [];

  const fail = (what: string): void => {
    failed += 1;
    if (failures.length < FAILURES_KEPT) failures.push(what);
  };

  const underWay = new Set<Promise<unknown>>();
  const post = (body: string): Promise<string> => {
    const answered = exchange(body);
    const ended = answered.catch(() => {}).finally(() => underWay.delete(ended));
    underWay.add(ended);
    return answered;
  };

  const exchange = async (body: string): Promise<string> => {
    const started = clock.now();
    const headers = { 'content-type': 'application/json' };
    const response = await pool.request({ method: 'POST', path: pathname, headers, body });
    const text = await response.body.text();
    latencies.push(clock.now() - started);
    if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}: ${text.slice(0, 160)}`);
    return text;
  };

  const judge = (question: Question, answer: Json | undefined): void => {
    const refused = refusal(answer);
    const untrue = refused === undefined && isObject(answer) ? question.judge(answer.result) : undefined;
    if (untrue !== undefined) wrong += 1;
    const what = refused ?? untrue;
    if (what !== undefined) fail(`${question.method}: ${what}`);
    else if (question.method === 'eth_blockNumber' && isObject(answer)) {
      const head = BigInt(String(answer.result));
      if (head > seenHead) seenHead = head;
    }
  };

  const askOne = async (question: Question, id: string): Promise<void> => {
    calls += 1;
    try {
      const text = await post(encode(question, id));
      // The id is compared as text: numbers above 2^53 would not survive being parsed.
      if (!text.includes(`"id":${id}`)) fail(`${question.method}: id ${id} is not in ${text.slice(0, 160)}`);
      else judge(question, JSON.parse(text) as Json);
    } catch (error) {
      fail(`${question.method}: ${describe(error)}`);
    }
  };

  const askBatch = async (questions: readonly Question[]): Promise<void> => {
    calls += questions.length;
    batches += 1;
    const body = `[${questions.map((question, index) => encode(question, `"b${index}"`)).join(',')}]`;
    let answers: Json;
    try {
      answers = JSON.parse(await post(body)) as Json;
    } catch (error) {
      for (const { method } of questions) fail(`${method} in a batch: ${describe(error)}`);
      return;
    }
    const all = Array.isArray(answers) ? answers : [];
    questions.forEach((question, index) => {
      const mine = all.filter((one) => isObject(one) && one.id === `b${index}`);
      if (mine.length === 1) judge(question, mine[0]);
      else fail(`${question.method} in a batch: ${mine.length} answers`);
    });
  };

  const send = async (sender: Sender): Promise<void> => {
    const transfer = await sender.next();
    transactions.push(transfer);
    const judgeHash = (result: Json | undefined) =>
      result === transfer.hash
        ? undefined
        : `hash ${transfer.hash} expected, ${JSON.stringify(result)} received`;
    await askOne(
      { method: 'eth_sendRawTransaction', params: [transfer.raw], judge: judgeHash },
      String(transactions.length),
    );
    idleSenders.push(sender);
  };

  const user = async (pauseMs: number): Promise<void> => {
    while (running) {
      const dice = random();
      const sender = dice < TRANSACTION_SHARE ? idleSenders.shift() : undefined;
      const draw = () => drawQuestion(truth, seenHead, random);
      if (sender !== undefined) await send(sender);
      else if (dice < TRANSACTION_SHARE + BATCH_SHARE) {
        const length = 2 + Math.floor(random() * (MOST_BATCH_ITEMS - 1));
        await askBatch(Array.from({ length }, draw));
      } else await askOne(draw(), pick(RAW_IDS, random));
      if (pauseMs > 0) await delay(pauseMs);
    }
  };

  return {
    run(count, pauseMs) {
      running = true;
      users = Array.from({ length: count }, () => user(pauseMs));
    },
    async pause() {
      running = false;
      await Promise.all(users);
    },
    async settled() {
      await Promise.all(underWay);
    },
    stats: () => ({
      calls,
      failed,
      wrong,
      highestHead: seenHead,
      batches,
      failures,
      latencies,
      transactions,
    }),
    close: () => pool.close(),
  };
}

function encode({ method, params }: Question, id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${JSON.stringify(params)}}`;
}

/** Why an answer is none. */
function refusal(answer: Json | undefined): string | undefined {
  if (!isObject(answer) || answer.jsonrpc !== '2.0') return 'no JSON-RPC answer';
  if (answer.error !== undefined) return `error ${JSON.stringify(answer.error).slice(0, 300)}`;
  return undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
