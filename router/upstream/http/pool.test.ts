import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { answer, type RawRequest, type RawServer, response, startRawServer } from '../rawServer.fixture.ts';
import type { HttpFailure, HttpRequest } from './connection.ts';
import { openSocket } from './openSocket.ts';
import { createPool, type Pool } from './pool.ts';

const PATIENT = { timeout: 20_000 };

let server: RawServer;
let pool: Pool;
let behave: (request: RawRequest) => void;
/** Sockets that may be used only later, when the test says so. */
let ready: (() => void)[];
let isHeldBack: boolean;

beforeEach(async () => {
  ready = [];
  isHeldBack = false;
  behave = ({ id, socket }) => socket.write(response(answer(id)));
  server = await startRawServer({ onRequest: (request) => behave(request) });
  pool = createPool({
    clock: systemClock,
    limits: { maxHeaderBytes: 1_000, maxBodyBytes: 1_000 },
    maxConnections: 2,
    open(done) {
      const address = { secure: false, host: '127.0.0.1', port: server.port };
      return openSocket(address, undefined, (failed) => {
        if (isHeldBack) ready.push(done);
        else done(failed);
      });
    },
  });
});

afterEach(async () => {
  pool.close();
  await expect.poll(() => server.openConnections(), PATIENT).toBe(0);
  await server.close();
});

function request(id: number) {
  let end: (outcome: 'response' | HttpFailure) => void = () => {};
  const ended = new Promise<'response' | HttpFailure>((resolve) => {
    end = resolve;
  });
  const body = `{"id":${id},"method":"m"}`;
  const sent: HttpRequest = {
    bytes: `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    repeatable: true,
    onResponse() {
      end('response');
      return true;
    },
    onFailure: end,
  };
  return { sent, ended };
}

it('a request that met the end of one kept connection is not sent a third time', async () => {
  const held: RawRequest[] = [];
  behave = (got) => {
    held.push(got);
  };
  const answerHeld = (got: RawRequest | undefined) => got?.socket.write(response(answer(got.id)));
  const [first, slow, unlucky] = [request(1), request(2), request(3)];
  pool.send(first.sent);
  pool.send(slow.sent);
  await expect.poll(() => held.length, PATIENT).toBe(2);
  const isFirst = ({ id }: RawRequest) => id === '1';
  answerHeld(held.find(isFirst));
  expect(await first.ended).toBe('response');

  // The kept connection ends under the third request; the only other way for it is the second one's connection.
  isHeldBack = true;
  pool.send(unlucky.sent);
  await expect.poll(() => held.length, PATIENT).toBe(3);
  held[2]?.socket.end();
  await expect.poll(() => ready.length, PATIENT).toBe(1);
  answerHeld(held.find(({ id }) => id === '2'));
  await expect.poll(() => held.length, PATIENT).toBe(4);
  held[3]?.socket.end();
  expect(await unlucky.ended).toMatchObject({ reason: 'reset', unsent: false });
  expect(held.map(({ id }) => id).filter((id) => id === '3')).toHaveLength(2);
});

it('is empty once nothing is open and nobody waits', async () => {
  expect(pool.isEmpty()).toBe(true);
  const only = request(1);
  pool.send(only.sent);
  expect(pool.isEmpty()).toBe(false);
  expect(await only.ended).toBe('response');
  expect(pool.isEmpty()).toBe(false);
  pool.close();
  expect(pool.isEmpty()).toBe(true);
});
