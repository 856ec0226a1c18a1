import { createRequire } from 'node:module';
import hardhatIgnitionViem from '@nomicfoundation/hardhat-ignition-viem';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';

// The compiler comes from npm, so that a machine that reaches nothing but the registry can compile.
const solcPath = createRequire(import.meta.url).resolve('solc/soljson.js');

export default defineConfig({
  plugins: [hardhatViem, hardhatIgnitionViem],
  test: {
    solidity: {
      profiles: {
        default: profile({ fuzzRuns: 256, invariantRuns: 256, depth: 500 }),
        // npm run test:invariants:long
        long: profile({ fuzzRuns: 256, invariantRuns: 2_560, depth: 500 }),
        // Instrumented code is slow, and more runs would reach no other line.
        coverage: profile({ fuzzRuns: 16, invariantRuns: 4, depth: 200 }),
      },
    },
  },
  solidity: {
    // Deployed as it is.
    npmFilesToBuild: ['@openzeppelin/contracts/access/manager/AccessManager.sol'],
    compilers: [
      {
        version: '0.8.37',
        path: solcPath,
        settings: {
          optimizer: { enabled: true, runs: 10_000 },
          evmVersion: 'prague',
        },
      },
    ],
  },
});

function profile(args: { fuzzRuns: number; invariantRuns: number; depth: number }) {
  return {
    fuzz: { runs: args.fuzzRuns },
    // The handlers foretell how every call ends: a revert is a broken rule.
    invariant: { runs: args.invariantRuns, depth: args.depth, failOnRevert: true },
  };
}
