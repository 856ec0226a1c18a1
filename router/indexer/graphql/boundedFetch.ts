import { DinError } from '../../core/dinError.ts';

/** `fetch`, with answers of at most so many bytes, counted after decompression; longer ones fail while they are read. */
export function boundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const { body, status, statusText, headers } = await fetch(input, init);
    return new Response(body?.pipeThrough(limit(maxBytes)), { status, statusText, headers });
  };
}

function limit(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let left = maxBytes;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(new AnswerTooLongError(maxBytes));
      else controller.enqueue(chunk);
    },
  });
}

export class AnswerTooLongError extends DinError {
  readonly code = 'ANSWER_TOO_LONG';
  constructor(maxBytes: number) {
    super(`The answer is longer than ${maxBytes} bytes.`);
  }
}
