import fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { listen } from './listen.ts';

const opened: { close(): Promise<unknown> }[] = [];
function app() {
  const made = fastify();
  opened.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((made) => made.close()));
});

test('port 0 takes a free one and says which', async () => {
  expect(await listen(app(), '127.0.0.1:0', 'listen')).toBeGreaterThan(0);
});

test('a port in use is named, with how to change it', async () => {
  const port = await listen(app(), '127.0.0.1:0', 'listen');
  const second = listen(app(), `127.0.0.1:${port}`, 'metrics.listen');
  await expect(second).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    message: expect.stringMatching(`Port ${port} on 127.0.0.1 is in use. Set "metrics.listen"`),
  });
});

test('an address that is not ours is another error', async () => {
  await expect(listen(app(), '192.0.2.1:0', 'listen')).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
});
