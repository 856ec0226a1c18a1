import { providerSourceConformance } from './providerSource.ts';
import { createChainWorld } from './world.ts';

providerSourceConformance('a chain source', { kind: 'chain', runs: 10 }, createChainWorld);
