import { hash } from 'node:crypto';

// 48 bits of a digest: whole numbers for JavaScript and SQLite alike, and damage goes unseen once in 10^14.
const DIGITS = 12;
const MODULUS = 2 ** 48;

export function checksum(text: string): number {
  return Number.parseInt(hash('sha256', text, 'hex').slice(0, DIGITS), 16);
}

/*
 * The checksum of many texts in any order is the sum of theirs, so that changing one costs one. This asks for a digest:
 * with CRCs, which are linear, the same change lost from two rows would cancel out.
 */

export function plus(sum: number, one: number): number {
  return (sum + one) % MODULUS;
}

export function minus(sum: number, one: number): number {
  return (sum - one + MODULUS) % MODULUS;
}
