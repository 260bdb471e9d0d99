import { EngineError } from '../errors/engine-error.ts';
import { formatAddress, lastOf, parseAddress, parseCidr, type Subnet } from '../lib/ip.ts';
import type { NetworkSubnet } from '../state/networks.ts';

/**
 * The next free address after `last`, round about. An address that has just become free comes last, since the kernel
 * may still be taking apart the namespace that had it. Neither gateway nor auxiliary addresses are given out, nor the
 * subnet's first and (for IPv4) last one.
 * @throws forbidden when every address is in use.
 */
export function allocateAddress(
  network: NetworkSubnet,
  options: { readonly inUse: ReadonlySet<string>; readonly last: string | undefined },
): string {
  const { subnet } = parseCidr(network.subnet);
  const { first, end } = boundsOf(subnet, network.ipRange === '' ? subnet : parseCidr(network.ipRange).subnet);
  const reserved = new Set([network.gateway, ...Object.values(network.auxAddresses)]);
  const { family } = subnet;
  const count = end - first;
  const last = options.last === undefined ? first - 1n : parseAddress(options.last).value;
  const start = last >= first && last < end ? last + 1n - first : 0n;
  for (let step = 0n; step < count; step++) {
    const address = formatAddress({ family, value: first + ((start + step) % count) });
    if (!reserved.has(address) && !options.inUse.has(address)) return address;
  }
  throw new EngineError('forbidden', `no available IPv${family} addresses on this network's address pools`);
}

function boundsOf(subnet: Subnet, range: Subnet): { first: bigint; end: bigint } {
  const lowest = subnet.base + 1n;
  const highest = lastOf(subnet) - (subnet.family === 4 ? 1n : 0n);
  const first = range.base < lowest ? lowest : range.base;
  const last = lastOf(range) > highest ? highest : lastOf(range);
  return { first, end: last < first ? first : last + 1n };
}
