import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { gatewayConfigSchema } from '../router/config/schema.ts';
import { createMetrics } from '../router/observability/metrics.ts';
import { INELIGIBLE_REASONS } from '../router/routing/eligibility.ts';

// Tables may be padded.
const PAGE = (await readFile(join(import.meta.dirname, '../docs/gateway.md'), 'utf8')).replace(/ +/g, ' ');

/** `networks[].slug` and all its like; sections themselves are left out. */
function fields(schema: z.core.$ZodType, name = ''): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return fields(schema.unwrap(), name);
  }
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject)
    return fields(schema.element, `${name}[]`);
  if (!(schema instanceof z.ZodObject)) return [name];
  return Object.entries(schema.shape).flatMap(([key, value]: [string, z.core.$ZodType]) =>
    fields(value, name === '' ? key : `${name}.${key}`),
  );
}

test('the page lists every field of the configuration, and no other', () => {
  const known = fields(gatewayConfigSchema);
  expect(known.length).toBeGreaterThan(25);
  for (const field of known) expect(PAGE).toContain(`| \`${field}\` |`);
  const sections = ['settlement', 'networks[].upstreams[]'];
  const table = PAGE.slice(PAGE.indexOf('| field |'), PAGE.indexOf('Networks on-chain need'));
  for (const [, field = ''] of table.matchAll(/^\| `([^`]+)`/gm))
    expect([...known, ...sections]).toContain(field);
});

test('the page shows the defaults that are in force', () => {
  const defaults = gatewayConfigSchema.parse({
    networks: [{ id: 'eip155:1', slug: 'a', upstreams: [{ name: 'a', url: 'http://a' }] }],
  });
  for (const [section, values] of Object.entries(defaults)) {
    if (typeof values !== 'object' || Array.isArray(values)) continue;
    for (const [key, value] of Object.entries(values)) {
      expect(PAGE).toContain(`| \`${section}.${key}\` | \`${String(value)}\` |`);
    }
  }
});

test('the page lists every metric', async () => {
  const registry = new Registry();
  createMetrics(registry);
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(PAGE).toContain(`| \`${name}\` |`);
});

test('the page lists every reason why a service is not asked, best first', () => {
  const section = PAGE.slice(
    PAGE.indexOf('### Why a service is not asked'),
    PAGE.indexOf('## Several processes'),
  );
  const listed = Array.from(section.matchAll(/^\| `([a-z-]+)` \|/gm), ([, reason]) => reason);
  expect(listed).toEqual(['reason', ...INELIGIBLE_REASONS]);
});
