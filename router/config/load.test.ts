// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what is tested
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from './configError.ts';
import { checkConfig, loadConfig, validateConfig } from './load.ts';
import { parseConfig } from './parse.ts';

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

const parse = (text: string, environment = {}) =>
  parseConfig(text, { file: 'gateway.yaml', environment }).config;

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
    upstreams: [
      { name: 'own-1', url: 'http://127.0.0.1:9701', capabilities: ['full'], weight: 1, batch: false },
    ],
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
    'gateway.yaml:8:3 settlement.graphqlUrl:',
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

test('a configuration made in code passes the same check', async () => {
  const networks = [{ id: 'eip155:1', slug: 'a', upstreams: [{ name: 'own', url: 'http://127.0.0.1:1' }] }];
  const config = await checkConfig({ listen: '127.0.0.1:0', networks });
  expect(config.networks[0]?.upstreams[0]?.weight).toBe(1);
  await expect(checkConfig({ listen: 'nowhere', networks })).rejects.toThrow(ConfigError);
});

describe('settlement', () => {
  const settlement = (...lines: string[]) => ['settlement:', ...lines.map((line) => `  ${line}`)].join('\n');
  const NAMED = ['chainId: 59144', 'registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3"'];
  const RPC = 'rpc: [https://rpc.example]';

  test('takes HTTP and WebSocket endpoints, and no others', () => {
    const endpoints = (rpc: string) => settlement(...NAMED, `rpc: ${rpc}`);
    const four = ['http://a', 'https://a/key', 'ws://a', 'wss://a/key'];
    expect(parse(endpoints(`[${four.join()}]`)).settlement?.rpc).toEqual(four);
    expect(problemsOf(endpoints('[ipc:///a]'))).toEqual([
      expect.stringMatching(/settlement\.rpc\[0\]: allowed: .*http:\/\/, https:\/\/, ws:\/\/ or wss:\/\/$/),
    ]);
    expect(problemsOf(endpoints('[]'))).toEqual([expect.stringContaining('at least one URL')]);
  });

  test('graphql needs its URL; without graphql nobody would ask it', () => {
    const graphql = (...lines: string[]) => settlement(...NAMED, RPC, ...lines);
    const { settlement: parsed } = parse(graphql('source: graphql', 'graphqlUrl: https://indexer.example'));
    expect(parsed).toMatchObject({ source: 'graphql', graphqlMaxBehindBlocks: 20 });
    expect(problemsOf(graphql('source: graphql'))).toEqual([
      expect.stringContaining('settlement.graphqlUrl: is missing; allowed: the http(s) URL'),
    ]);
    expect(problemsOf(graphql('source: graphql', 'graphqlUrl: ws://indexer.example'))).toEqual([
      expect.stringContaining('settlement.graphqlUrl: allowed: a URL that begins with http:// or https://'),
    ]);
    expect(problemsOf(graphql('graphqlUrl: https://indexer.example'))).toEqual([
      expect.stringContaining('settlement.graphqlUrl: nobody asks it; allowed: only with source: graphql'),
    ]);
    expect(problemsOf(graphql('source: ponder'))).toEqual([
      expect.stringContaining('settlement.source: allowed: chain or graphql'),
    ]);
  });

  test('names the deployment one way, not two and not none', () => {
    expect(problemsOf(settlement(RPC))).toEqual([
      expect.stringContaining(
        'settlement.chainId: is missing; allowed: registry with chainId, or deployment',
      ),
      expect.stringContaining(
        'settlement.registry: is missing; allowed: registry with chainId, or deployment',
      ),
    ]);
    expect(problemsOf(settlement(RPC, NAMED[0] ?? ''))).toEqual([
      expect.stringContaining('settlement.registry: is missing'),
    ]);
    expect(problemsOf(settlement(...NAMED, RPC, 'deployment: d.json'))).toEqual([
      expect.stringContaining('settlement.chainId: the deployment file names it; allowed: only one of them'),
      expect.stringContaining('settlement.registry: the deployment file names it; allowed: only one of them'),
    ]);
  });

  test('what is missing is told together with what is wrong', () => {
    expect(problemsOf(settlement('rpc: none', 'source: graphql')).map((line) => line.split(' ')[1])).toEqual([
      'settlement.rpc:',
      'settlement.chainId:',
      'settlement.registry:',
      'settlement.graphqlUrl:',
    ]);
  });

  test('a checkpoint is a path or false', () => {
    const checkpoint = (value: string) => settlement(...NAMED, RPC, `checkpoint: ${value}`);
    expect(parse(checkpoint('set.sqlite')).settlement?.checkpoint).toBe('set.sqlite');
    expect(parse(checkpoint('false')).settlement?.checkpoint).toBe(false);
    expect(parse(settlement(...NAMED, RPC)).settlement?.checkpoint).toBeUndefined();
    for (const wrong of ['true', '3', '""'])
      expect(problemsOf(checkpoint(wrong))).toEqual([
        expect.stringContaining('settlement.checkpoint: allowed: the path of a file, or false to keep none'),
      ]);
  });

  test('paths are relative to the configuration file, and the deployment file is read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'din-config-'));
    try {
      const file = join(directory, 'etc', 'gateway.yaml');
      const deployment = join(directory, 'deployment.json');
      await mkdir(join(directory, 'etc'));
      await writeFile(file, settlement(RPC, 'deployment: ../deployment.json', 'checkpoint: ../set.sqlite'));
      expect(await validateConfig(file, {})).toMatchObject([
        {
          file,
          line: 3,
          column: 15,
          field: 'settlement.deployment',
          message: expect.stringContaining('no such file'),
        },
      ]);
      await writeFile(deployment, '{ "chainId": 1, "registry": "0x12" }');
      expect(await validateConfig(file, {})).toMatchObject([
        { field: 'settlement.deployment', message: expect.stringContaining('has no chainId and registry') },
      ]);
      const registry = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
      await writeFile(deployment, JSON.stringify({ chainId: 59_144, registry, vault: registry }));
      const { settlement: loaded } = await loadConfig(file, {});
      expect(loaded).toMatchObject({ chainId: 59_144, registry, checkpoint: join(directory, 'set.sqlite') });
      expect(loaded).not.toHaveProperty('deployment');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
