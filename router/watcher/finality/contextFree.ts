import type { Hex } from '../../registry/providerSet.ts';
import { bytesOf } from '../proof/fields.ts';

/**
 * What code may see in which honest nodes differ when they execute a call that is in no block (fees, gas limits, who
 * mines, the time), and what leads into other code.
 */
const SEES_ITS_NODE = new Set([
  0x31, // BALANCE: some nodes give the caller some
  0x3a, // GASPRICE
  0x40, // BLOCKHASH
  0x41, // COINBASE
  0x42, // TIMESTAMP
  0x43, // NUMBER
  0x44, // PREVRANDAO
  0x45, // GASLIMIT
  0x47, // SELFBALANCE
  0x48, // BASEFEE
  0x49, // BLOBHASH
  0x4a, // BLOBBASEFEE
  0x5a, // GAS
  0xf0, // CREATE
  0xf1, // CALL
  0xf2, // CALLCODE
  0xf4, // DELEGATECALL
  0xf5, // CREATE2
  0xfa, // STATICCALL
  0xff, // SELFDESTRUCT
]);

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const DELEGATION = 0xef;

/**
 * Whether what a contract answers can depend on nothing but its own storage, the call and its sender. Only such answers
 * are compared between nodes: others differ among honest ones, and an attacker may deploy a contract to make them.
 *
 * All code that can be reached is looked at: a jump never leads into what a push carries.
 */
export function isContextFree(code: Hex): boolean {
  const bytes = bytesOf(code);
  if (bytes.length === 0 || bytes[0] === DELEGATION) return false;
  for (let at = 0; at < bytes.length; at++) {
    const opcode = bytes[at] ?? 0;
    if (SEES_ITS_NODE.has(opcode)) return false;
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return true;
}
