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
      fuzz: { runs: 256 },
      // Every action of the handler counts its refusals itself; a revert that it did not expect is a failure.
      invariant: { runs: 16, depth: 200, failOnRevert: true },
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
