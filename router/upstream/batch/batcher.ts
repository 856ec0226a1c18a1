import type { Clock } from '../../core/clock.ts';
import { atEndOfTurn } from '../../core/endOfTurn.ts';
import { type Ms, ms } from '../../core/units.ts';
import { type Endpoint, requestBytes } from '../endpoint.ts';
import type { HttpFailure, HttpRequest } from '../http/connection.ts';
import type { ResponseHead } from '../http/responseHead.ts';
import type { Transport } from '../http/transport.ts';
import type { OutgoingCall } from '../outgoingCall.ts';
import { sendSingly } from '../sendSingly.ts';
import { readBatch } from './readBatch.ts';

/** Sends the calls to an endpoint that come in one turn of the event loop as one JSON-RPC batch. */
export interface Batcher {
  /** @param call It may be executed twice: where the node takes no batch, it is sent again alone. */
  send(endpoint: Endpoint, call: OutgoingCall): void;
}

interface Queue {
  calls: OutgoingCall[];
  bytes: number;
  /** The node refused a batch: until then it gets none. */
  singlyUntil: Ms;
}

const MAX_CALLS = 32;
// A batch stays within what nodes read at once, and takes a connection for no longer than a large call does.
const MAX_BYTES = 64 * 1024;
const RETEST_MS = 60_000;

export function createBatcher(args: { readonly clock: Clock; readonly transport: Transport }): Batcher {
  const { clock, transport } = args;
  const queues = new WeakMap<Endpoint, Queue>();

  function queueOf(endpoint: Endpoint): Queue {
    let queue = queues.get(endpoint);
    if (!queue) {
      queue = { calls: [], bytes: 0, singlyUntil: ms(Number.NEGATIVE_INFINITY) };
      queues.set(endpoint, queue);
    }
    return queue;
  }

  function flush(endpoint: Endpoint, queue: Queue) {
    const calls = queue.calls.filter((call) => !call.hasEnded());
    queue.calls = [];
    queue.bytes = 0;
    const [first] = calls;
    if (calls.length > 1) sendBatch(endpoint, queue, calls);
    else if (first) sendSingly(transport, endpoint, first);
  }

  function sendBatch(endpoint: Endpoint, queue: Queue, calls: readonly OutgoingCall[]) {
    const unended = () => calls.filter((call) => !call.hasEnded());

    function refused() {
      queue.singlyUntil = ms(clock.now() + RETEST_MS);
      for (const call of unended()) sendSingly(transport, endpoint, call);
    }

    function onResponse(head: ResponseHead, body: Buffer): boolean {
      const httpStatus = head.status;
      const readings = readBatch({ calls, httpStatus, body });
      if (readings) {
        for (const [index, reading] of readings.entries()) calls[index]?.answer(reading, head);
      } else if (httpStatus === 429) {
        // One request too many: no reason to make it many.
        for (const call of calls) call.fail('http-status', { head, unsent: false });
      } else refused();
      return readings !== undefined || httpStatus === 429;
    }

    function onFailure(failed: HttpFailure) {
      const { reason, head, unsent } = failed;
      if (reason === 'reset' && !head && !unsent) return refused();
      // Together they are too much; alone they may not be.
      if (reason === 'too-large') for (const call of unended()) sendSingly(transport, endpoint, call);
      else for (const call of calls) call.fail(reason, failed);
    }

    const text = `[${calls.map((call) => call.text).join(',')}]`;
    const request: HttpRequest = {
      bytes: requestBytes(endpoint, text),
      repeatable: true,
      onResponse,
      onFailure,
    };
    for (const call of calls) {
      call.carriedBy((reason) => {
        if (unended().length > 0) return { unsent: false, head: undefined };
        const hasHung = reason === 'timeout';
        const fate = transport.cancel(endpoint.origin, request, hasHung);
        // Some servers leave a batch without a word.
        if (hasHung && !fate.unsent && !fate.head) refused();
        return fate;
      });
    }
    transport.send(endpoint.origin, request);
  }

  return {
    send(endpoint, call) {
      const queue = queueOf(endpoint);
      if (queue.singlyUntil > clock.now()) return sendSingly(transport, endpoint, call);
      const isFull = queue.calls.length >= MAX_CALLS || queue.bytes + call.text.length > MAX_BYTES;
      if (isFull) flush(endpoint, queue);
      if (queue.calls.length === 0) atEndOfTurn(() => flush(endpoint, queue));
      queue.calls.push(call);
      queue.bytes += call.text.length;
    },
  };
}
