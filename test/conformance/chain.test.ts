import { providerSourceConformance } from './providerSource.ts';
import { createWorld } from './world.ts';

providerSourceConformance('a chain source', { kind: 'chain', runs: 10 }, () => createWorld());
