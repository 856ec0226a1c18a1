import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { DinError } from '../core/dinError.ts';

/**
 * Whether an address belongs to the public internet. Private, loopback, link-local, shared, documentation, multicast
 * and reserved ranges do not, nor do IPv6 forms that carry an IPv4 address to a translator (NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`fe80::1%eth0`) names an interface of this machine.
  if (address.includes('%') || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}

// All that IANA has assigned to the public internet lies in here; ipaddr.js also calls the unassigned rest unicast.
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that fails unless all of a name's addresses are public. The socket connects to the very
 * addresses that were checked, so that a name cannot answer differently the second time (DNS rebinding).
 * Sockets skip it for literal addresses: check these with {@link isPublicAddress}.
 */
export function createGuardedLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const [first] = addresses;
      // One private address among public ones is no accident: refuse the name, not just the address.
      if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(new PrivateAddressError(), []);
      }
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

/** The endpoint is, or resolves to, an address that is not public. Names no address: it is not the caller's to know. */
export class PrivateAddressError extends DinError {
  readonly code = 'PRIVATE_ADDRESS';
  constructor() {
    super('the endpoint has a private, local or reserved address');
  }
}
