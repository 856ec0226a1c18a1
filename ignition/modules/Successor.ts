import { buildModule } from '@nomicfoundation/ignition-core';
import { deployCourt } from './deployCourt.ts';
import { deployEscrow } from './deployEscrow.ts';

/**
 * A new court with its hub, or a new escrow, for a deployment that exists: parameters `registry`, `vault`,
 * `accessManager` and `token` say where. Puts nothing in force: that is governance's.
 */
export function successorModule(part: 'court' | 'escrow') {
  return buildModule('DinSuccessor', (m) => {
    const at = (name: string, id: string) => m.contractAt(name, m.getParameter<string>(id), { id });
    const accessManager = at('AccessManager', 'accessManager');
    if (part === 'escrow') {
      return { escrow: deployEscrow(m, { token: at('MockToken', 'token'), accessManager }) };
    }
    const registry = at('ProviderRegistry', 'registry');
    const vault = at('StakeVault', 'vault');
    return deployCourt(m, { registry, vault, accessManager });
  });
}
