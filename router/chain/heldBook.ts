import type { Hex } from 'viem';
import { type Held, restoreHeld } from './held.ts';
import type { SignedTransactions } from './signedTransactions.ts';

/** All nonces that one account has signed for, and the file of what may be under way with them. */
export interface HeldBook {
  /** Takes over what the last process left. To be done before anything else; a second time does nothing. */
  open(chainId: () => Promise<number>): Promise<void>;
  get(nonce: number): Held | undefined;
  all(): readonly Held[];
  put(one: Held): void;
  remove(one: Held): void;
  /** To disk, before it is sent. Throws when it cannot be written: then it must not be sent. */
  note(raw: Hex): void;
  /** A block holds it, and somebody was told: it is not under way any more. */
  included(one: Held, block: NonNullable<Held['block']>): void;
}

/** How many nonces are remembered once a block holds them: more than a reorg takes away. */
const REMEMBERED = 32;
/** When the file is tidied though nothing gets into a block. */
const MAX_NOTED = 128;

/** @param signed Without it, a new process knows nothing of the last one's transactions. */
export function createHeldBook(signed: SignedTransactions | undefined): HeldBook {
  const held = new Map<number, Held>();
  let noted = 0;
  let isOpen = signed === undefined;

  function tidy(): void {
    const open = [...held.values()].filter(({ state }) => state !== 'included');
    const raws = open.flatMap((one) => [...one.others, ...one.signed]).map(({ raw }) => raw);
    noted = raws.length;
    try {
      signed?.keep(raws);
    } catch {
      // Too much is in the file then; it is true all the same.
    }
  }

  return {
    async open(chainId) {
      if (isOpen) return;
      const before = signed?.read() ?? [];
      for (const [nonce, one] of restoreHeld(before, await chainId())) held.set(nonce, one);
      noted = before.length;
      isOpen = true;
    },
    get: (nonce) => held.get(nonce),
    all: () => [...held.values()],
    put: (one) => void held.set(one.nonce, one),
    remove: (one) => void held.delete(one.nonce),
    note(raw) {
      signed?.note(raw);
      noted += 1;
      if (noted >= MAX_NOTED) tidy();
    },
    included(one, block) {
      one.state = 'included';
      one.block = block;
      for (const nonce of held.keys()) if (nonce < one.nonce - REMEMBERED) held.delete(nonce);
      tidy();
    },
  };
}
