// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what is tested
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from './configError.ts';
import { checkConfig, loadConfig, parseConfig, validateConfig } from './load.ts';

const DESIGN = `listen: 127.0.0.1:8080
networks:
  - id: eip155:1
    slug: ethereum
    upstreams:
      - { name: own-1, url: http://127.0.0.1:9701 }
settlement:
  chainId: 59144
  rpc: [https://rpc-1.example/key, https://rpc-2.example]
  registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3"
  source: chain
`;

const parse = (text: string, environment = {}) => parseConfig(text, { file: 'gateway.yaml', environment });

function problemsOf(text: string, environment = {}): string[] {
  try {
    parse(text, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('the configuration was accepted');
}

test("reads the design's example and fills in the defaults", () => {
  const config = parse(DESIGN);
  expect(config.networks[0]).toEqual({
    id: 'eip155:1',
    slug: 'ethereum',
    upstreams: [{ name: 'own-1', url: 'http://127.0.0.1:9701', capabilities: ['full'], weight: 1 }],
  });
  expect(config.settlement).toMatchObject({ chainId: 59_144, source: 'chain', pollIntervalMs: 1_000 });
  expect(config.limits).toMatchObject({ maxBodyBytes: 1_048_576, maxBatchItems: 100 });
  expect(config.routing).toMatchObject({ deadlineMs: 10_000, attemptTimeoutMs: 2_000 });
  expect(config.heads.pollIntervalMs).toBe(1_000);
  expect(config.development.allowPrivateEndpoints).toBe(false);
  expect(config.metrics).toBeUndefined();
});

test('reads the same in JSON', () => {
  const config = parse(DESIGN);
  const { metrics: _, ...plain } = config;
  expect(parse(JSON.stringify(plain, null, 2))).toEqual(config);
});

test('an error names the file, the line, the field and what is allowed', () => {
  expect(problemsOf(DESIGN.replace('slug: ethereum', 'slug: Ethereum!'))).toEqual([
    expect.stringMatching(/^gateway\.yaml:4:11 networks\[0\]\.slug: allowed: 1 to 32 of a-z/),
  ]);
  expect(problemsOf(DESIGN.replace('chainId: 59144', 'chainId: many'))).toEqual([
    expect.stringMatching(/^gateway\.yaml:8:12 settlement\.chainId: allowed: a whole number/),
  ]);
});

test('in JSON too', () => {
  const text =
    '{\n  "networks": [\n    { "id": "eip155", "slug": "a", "upstreams": [] }\n  ],\n  "listen": 1\n}';
  expect(problemsOf(text)).toEqual([
    'gateway.yaml:3:13 networks[0].id: allowed: a CAIP-2 chain id, e.g. eip155:1',
    expect.stringMatching(/^gateway\.yaml:5:13 listen: allowed: host:port/),
  ]);
});

test('all problems come at once, in the order of their lines', () => {
  const text = DESIGN.replace('listen: 127.0.0.1:8080', 'listen: 8080')
    .replace('slug: ethereum', 'slgu: ethereum')
    .replace('http://127.0.0.1:9701', 'ftp://127.0.0.1')
    .replace('source: chain', 'source: graphql');
  const problems = problemsOf(text);
  expect(problems.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'gateway.yaml:1:9 listen:',
    'gateway.yaml:3:5 networks[0].slug:',
    'gateway.yaml:4:5 networks[0].slgu:',
    'gateway.yaml:6:29 networks[0].upstreams[0].url:',
    'gateway.yaml:11:11 settlement.source:',
  ]);
  expect(problems[1]).toContain('is missing; allowed:');
  expect(problems[2]).toContain('unknown key (did you mean slug?); allowed: id, slug, upstreams');
});

test('a mapping that is no mapping says what belongs there', () => {
  expect(problemsOf('settlement: yes please')).toEqual([
    expect.stringMatching(/^gateway\.yaml:1:13 settlement: allowed: a mapping of chainId, rpc, registry/),
  ]);
});

test('broken YAML is named with its line', () => {
  expect(problemsOf('listen: "127.0.0.1:80\nnetworks: []\n')[0]).toMatch(
    /^gateway\.yaml:\d+:\d+ not valid YAML or JSON: /,
  );
});

test('an empty file routes to nothing, and says so', () => {
  expect(problemsOf('')).toEqual([expect.stringContaining('nothing to route to')]);
});

test('ids, slugs and names that are taken twice are refused', () => {
  const entry =
    '{ id: eip155:1, slug: a, upstreams: [{ name: x, url: http://h }, { name: x, url: http://h }] }';
  expect(problemsOf(`networks:\n  - ${entry}\n  - { id: eip155:1, slug: a }`)).toEqual([
    expect.stringMatching(/^gateway\.yaml:2:\d+ networks\[0\]\.upstreams\[1\]\.name: x is already taken/),
    expect.stringMatching(/^gateway\.yaml:3:\d+ networks\[1\]\.id: eip155:1 is already taken/),
    expect.stringMatching(/^gateway\.yaml:3:\d+ networks\[1\]\.slug: a is already taken/),
  ]);
});

test.each(['healthz', 'status', 'metrics', '1', 'eip155:1'])('%s is no slug', (slug) => {
  const problems = problemsOf(
    `networks: [{ id: "eip155:1", slug: "${slug}", upstreams: [{ name: a, url: "http://h" }] }]`,
  );
  expect(problems).toEqual([expect.stringContaining('networks[0].slug')]);
});

test('an address may stand without quotes, and its checksum counts', () => {
  expect(parse(DESIGN.replaceAll('"', '')).settlement?.registry).toBe(
    '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  );
  expect(problemsOf(DESIGN.replace('0x5Fb', '0x5fb'))).toEqual([
    expect.stringMatching(/^gateway\.yaml:10:13 settlement\.registry: allowed: an address/),
  ]);
});

test('substitutes environment variables', () => {
  const text = DESIGN.replace('rpc-1.example/key', 'rpc-1.example/${KEY}').replace('59144', '${CHAIN_ID}');
  const config = parse(text, { KEY: 'k: [1', CHAIN_ID: '31337' });
  expect(config.settlement?.rpc[0]).toBe('https://rpc-1.example/k: [1');
  expect(config.settlement?.chainId).toBe(31_337);
});

test('a missing variable is named with its place, once', () => {
  expect(problemsOf(DESIGN.replace('59144', '${CHAIN_ID}'))).toEqual([
    'gateway.yaml:8:12 settlement.chainId: the environment variable CHAIN_ID is not set',
  ]);
  expect(problemsOf(DESIGN.replace('https://rpc-2.example', '"https://${HOST}/${bad name}"'))).toEqual([
    'gateway.yaml:9:36 settlement.rpc[1]: the environment variable HOST is not set',
    expect.stringContaining('${bad name} names no variable'),
  ]);
});

test('a doubled dollar keeps the text', () => {
  const text = DESIGN.split('rpc-1.example/key').join('rpc-1.example/$${KEY}');
  expect(parse(text).settlement?.rpc[0]).toBe('https://rpc-1.example/${KEY}');
});

test('no message shows a value: it may be a secret', () => {
  const text = DESIGN.replace('http://127.0.0.1:9701', '${URL}').replace('59144', 'hunter2');
  expect(problemsOf(text, { URL: 'htp://me:hunter2@host' }).join()).not.toContain('hunter2');
});

test('a file that is not there is a problem with a name', async () => {
  const problems = await validateConfig('/nowhere/gateway.yaml', {});
  expect(problems).toMatchObject([{ file: '/nowhere/gateway.yaml', message: 'there is no such file' }]);
});

test('a file is read and checked', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'din-config-'));
  try {
    const file = join(directory, 'gateway.yaml');
    await writeFile(file, DESIGN);
    expect(await loadConfig(file, {})).toEqual(parse(DESIGN));
    expect(await validateConfig(file, {})).toEqual([]);
    await writeFile(file, 'listen: 1');
    await expect(loadConfig(file, {})).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a configuration made in code passes the same check', () => {
  const networks = [{ id: 'eip155:1', slug: 'a', upstreams: [{ name: 'own', url: 'http://127.0.0.1:1' }] }];
  expect(checkConfig({ listen: '127.0.0.1:0', networks }).networks[0]?.upstreams[0]?.weight).toBe(1);
  expect(() => checkConfig({ listen: 'nowhere', networks })).toThrow(ConfigError);
});
