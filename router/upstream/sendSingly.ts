import { type Endpoint, requestBytes } from './endpoint.ts';
import type { HttpRequest } from './http/connection.ts';
import type { Transport } from './http/transport.ts';
import type { OutgoingCall } from './outgoingCall.ts';
import { readAnswer } from './readAnswer.ts';

/** Sends one call as one HTTP request. */
export function sendSingly(transport: Transport, endpoint: Endpoint, call: OutgoingCall): void {
  const { id, method, repeatable, keep } = call;
  const request: HttpRequest = {
    bytes: requestBytes(endpoint, call.text),
    repeatable,
    onResponse(head, body) {
      const reading = readAnswer({ method, id, httpStatus: head.status, body });
      call.answer(reading, head);
      // An answer to another question: who knows what comes next on that connection.
      return keep && (reading.ok || reading.reason !== 'wrong-id');
    },
    onFailure: (failed) => call.fail(failed.reason, failed),
  };
  call.carriedBy((reason) => transport.cancel(endpoint.origin, request, reason === 'timeout'));
  transport.send(endpoint.origin, request);
}
