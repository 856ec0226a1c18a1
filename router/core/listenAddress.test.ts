import { expect, test } from 'vitest';
import { parseListenAddress, reachableUrl } from './listenAddress.ts';

test.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['[::1]:65535', { host: '::1', port: 65_535 }],
])('reads %s', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.each(['8080', ':8080', '127.0.0.1', '127.0.0.1:65536', '::1:80', 'http://a:80', 'a:80/x', 'a:-1', ''])(
  'refuses %j',
  (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  },
);

test.each([
  ['127.0.0.1:0', 8080, 'http://127.0.0.1:8080'],
  ['0.0.0.0:80', 80, 'http://127.0.0.1:80'],
  ['[::]:80', 80, 'http://[::1]:80'],
  ['gateway.example:80', 80, 'http://gateway.example:80'],
])('%s is reached at its port %i', (address, port, url) => {
  expect(reachableUrl(address, port)).toBe(url);
});
