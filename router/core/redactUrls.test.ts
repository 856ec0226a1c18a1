import { expect, test } from 'vitest';
import { redactUrls } from './redactUrls.ts';

test('keeps scheme, host and port and masks user, path and query', () => {
  expect(redactUrls('http://127.0.0.1:8545')).toBe('http://127.0.0.1:8545');
  expect(redactUrls('http://127.0.0.1:8545/')).toBe('http://127.0.0.1:8545');
  expect(redactUrls('https://main.example/v3/0123abcd')).toBe('https://main.example/***');
  expect(redactUrls('https://me:secret@main.example')).toBe('https://***@main.example');
  expect(redactUrls('https://main.example?apikey=secret')).toBe('https://main.example/***');
  expect(redactUrls('wss://main.example/#secret')).toBe('wss://main.example/***');
});

test('finds URLs inside messages and JSON', () => {
  expect(redactUrls('connect to "https://a.example/k1" failed, https://b.example/k2 too')).toBe(
    'connect to "https://a.example/***" failed, https://b.example/*** too',
  );
});

test('masks what looks like a URL and is none', () => {
  expect(redactUrls('http://[broken/secret')).toBe('***');
});

test('leaves other text alone', () => {
  expect(redactUrls('head 12 at 10:30 // fine')).toBe('head 12 at 10:30 // fine');
});
