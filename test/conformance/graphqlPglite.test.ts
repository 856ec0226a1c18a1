import { providerSourceConformance } from './providerSource.ts';
import { createGraphqlWorld } from './world.ts';

providerSourceConformance('a GraphQL source over PGlite', { kind: 'graphql', runs: 2 }, () =>
  createGraphqlWorld({ kind: 'pglite' }),
);
