import { EngineError } from '../errors/engine-error.ts';
import { broadcastOf, formatAddress, type Subnet } from './ipv4.ts';

/**
 * The next free address after `last`, round about. An address that has just become free comes last, since the kernel
 * may still be taking apart the namespace that had it.
 * @throws forbidden when every address is in use.
 */
export function allocateAddress(
  subnet: Subnet,
  options: { readonly gateway: number; readonly inUse: ReadonlySet<string>; readonly last: number | undefined },
): number {
  const first = subnet.base + 1;
  const count = broadcastOf(subnet) - first;
  const start = options.last === undefined ? 0 : options.last + 1 - first;
  for (let step = 0; step < count; step++) {
    const address = first + ((start + step) % count);
    if (address !== options.gateway && !options.inUse.has(formatAddress(address))) return address;
  }
  throw new EngineError('forbidden', "no available IPv4 addresses on this network's address pools");
}
