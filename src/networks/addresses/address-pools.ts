import { createHash } from 'node:crypto';
import { EngineError } from '../../errors/engine-error.ts';
import { type Family, familyOf, lastOf, overlaps, parseCidr, type Subnet, sizeOf } from '../../lib/ip.ts';

/** Where the subnets of networks come from: `base` is cut into networks of prefix length `size`. */
export interface AddressPool {
  readonly base: string;
  readonly size: number;
}

/**
 * Docker's: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in /20s. They are used up by 31 networks; the last /16
 * is cut into /24s here, for 255 more.
 */
export const defaultAddressPools: readonly AddressPool[] = [
  ...Array.from({ length: 14 }, (_, index) => ({ base: `172.${17 + index}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
  { base: '172.31.0.0/16', size: 24 },
];

/** Unique local addresses (RFC 4193): a /48 of the daemon's own, in /64s. `seed` is the same at each start. */
export function uniqueLocalPool(seed: string): AddressPool {
  const globalId = createHash('sha256').update(seed).digest('hex').slice(0, 10);
  const groups = [`fd${globalId.slice(0, 2)}`, globalId.slice(2, 6), globalId.slice(6)];
  return { base: `${groups.join(':')}::/48`, size: 64 };
}

/** The lowest subnet of a pool that overlaps nothing in `inUse`: what is in use is leapt over, however large a pool is. */
function firstFree({ base, size }: AddressPool, inUse: readonly Subnet[]): Subnet | undefined {
  const pool = parseCidr(base).subnet;
  const { family } = pool;
  const step = sizeOf(family, size);
  for (let at = pool.base; at <= lastOf(pool); ) {
    const candidate = { family, base: at, prefixLength: size };
    const used = inUse.find((other) => overlaps(other, candidate));
    if (used === undefined) return candidate;
    const after = lastOf(used) + 1n;
    at = after <= at + step ? at + step : after + ((step - (after % step)) % step);
  }
  return undefined;
}

/** The first subnet of that family that overlaps nothing in `inUse`. @throws Docker's errors when there is none. */
export function chooseSubnet(pools: readonly AddressPool[], family: Family, inUse: readonly Subnet[]): Subnet {
  for (const pool of pools) {
    const free = familyOf(pool.base) === family ? firstFree(pool, inUse) : undefined;
    if (free !== undefined) return free;
  }
  if (family === 6) {
    throw new EngineError(
      'not_found',
      'could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network',
    );
  }
  throw new EngineError('forbidden', 'all predefined address pools have been fully subnetted');
}
