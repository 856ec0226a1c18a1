import { providerSourceConformance } from './providerSource.ts';
import { createWorld } from './world.ts';

providerSourceConformance('a GraphQL source over PGlite', { kind: 'graphql', runs: 2 }, () =>
  createWorld({ kind: 'pglite' }),
);
