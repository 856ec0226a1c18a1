import { afterAll, beforeAll } from 'vitest';
import { type Postgres, startPostgres } from '../fixtures/postgres.ts';
import { providerSourceConformance } from './providerSource.ts';
import { createWorld } from './world.ts';

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 180_000);
afterAll(() => postgres?.stop());

providerSourceConformance('a GraphQL source over PostgreSQL', { kind: 'graphql', runs: 2 }, async () =>
  createWorld({ kind: 'postgres', url: await postgres.createDatabase() }),
);
