import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  maxUint256,
  type PrivateKeyAccount,
  parseSignature,
} from 'viem';
import { mockTokenAbi } from '../../router/chain/abi/mockToken.ts';
import type { TestDeployment } from './testDeployment.ts';
import { CHAIN_ID } from './testNode.ts';

/** An ERC-2612 permit of the mock token. */
export async function signPermit(
  { node, token }: TestDeployment,
  owner: PrivateKeyAccount,
  spender: Address,
  value: bigint,
): Promise<{ deadline: bigint; v: number; r: Hex; s: Hex }> {
  const abi = mockTokenAbi;
  const data = encodeFunctionData({ abi, functionName: 'nonces', args: [owner.address] });
  const [answer = '0x'] = await node.read([{ to: token, data }]);
  const nonce = decodeFunctionResult({ abi, functionName: 'nonces', data: answer });
  const deadline = maxUint256;
  const signature = await owner.signTypedData({
    domain: { name: 'DIN Development Token', version: '1', chainId: CHAIN_ID, verifyingContract: token },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: owner.address, spender, value, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { deadline, v: 27 + yParity, r, s };
}
