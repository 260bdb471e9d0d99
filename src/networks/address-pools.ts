import { EngineError } from '../errors/engine-error.ts';
import { overlaps, parseCidr, type Subnet, sizeOf } from './ipv4.ts';

/** Where the subnets of networks come from: `base` is cut into networks of prefix length `size`. */
export interface AddressPool {
  readonly base: string;
  readonly size: number;
}

/** Docker's: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in /20s. */
export const defaultAddressPools: readonly AddressPool[] = [
  ...Array.from({ length: 15 }, (_, index) => ({ base: `172.${17 + index}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/** Lowest first. @throws invalid_argument for a base that is no network. */
export function* subnetsOf(pool: AddressPool): Generator<Subnet> {
  const { subnet } = parseCidr(pool.base);
  const end = subnet.base + sizeOf(subnet.prefixLength);
  for (let base = subnet.base; base < end; base += sizeOf(pool.size)) yield { base, prefixLength: pool.size };
}

/** The first subnet that overlaps nothing in `inUse`. @throws forbidden, as Docker does, when there is none. */
export function chooseSubnet(pools: readonly AddressPool[], inUse: readonly Subnet[]): Subnet {
  for (const pool of pools) {
    for (const candidate of subnetsOf(pool)) {
      if (!inUse.some((used) => overlaps(used, candidate))) return candidate;
    }
  }
  throw new EngineError('forbidden', 'all predefined address pools have been fully subnetted');
}
