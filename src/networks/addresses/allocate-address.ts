import { formatAddress, lastOf, parseAddress, parseCidr, type Subnet, sizeOf } from '../../lib/ip.ts';
import type { NetworkSubnet } from '../../state/networks.ts';

/** The lowest and the highest address that a host may have: IPv4 keeps the first and the last for itself, IPv6 the first. */
export function hostAddressesOf(subnet: Subnet): { readonly lowest: bigint; readonly highest: bigint } {
  const { family, base, prefixLength } = subnet;
  // Two hosts on a line of their own have all of it (RFC 3021).
  if (sizeOf(family, prefixLength) <= 2n) return { lowest: base, highest: lastOf(subnet) };
  return { lowest: base + 1n, highest: lastOf(subnet) - (family === 4 ? 1n : 0n) };
}

/**
 * The next free address after `last`, round about; undefined when every one is in use. An address that has just become
 * free comes last, since the kernel may still be taking apart the namespace that had it. Neither gateway nor auxiliary
 * addresses are given out.
 */
export function allocateAddress(
  network: NetworkSubnet,
  options: { readonly inUse: ReadonlySet<string>; readonly last: string | undefined },
): string | undefined {
  const { subnet } = parseCidr(network.subnet);
  const { first, end } = boundsOf(subnet, network.ipRange === '' ? subnet : parseCidr(network.ipRange).subnet);
  const reserved = new Set([network.gateway, ...Object.values(network.auxAddresses)]);
  const { family } = subnet;
  const count = end - first;
  const last = options.last === undefined ? first - 1n : parseAddress(options.last).value;
  const start = last >= first && last < end ? last + 1n - first : 0n;
  // Beyond those that are taken there is a free one: a whole IPv6 subnet need not be tried.
  const tries = BigInt(reserved.size + options.inUse.size + 1);
  for (let step = 0n; step < count && step < tries; step++) {
    const address = formatAddress({ family, value: first + ((start + step) % count) });
    if (!reserved.has(address) && !options.inUse.has(address)) return address;
  }
  return undefined;
}

function boundsOf(subnet: Subnet, range: Subnet): { first: bigint; end: bigint } {
  const { lowest, highest } = hostAddressesOf(subnet);
  const first = range.base < lowest ? lowest : range.base;
  const last = lastOf(range) > highest ? highest : lastOf(range);
  return { first, end: last < first ? first : last + 1n };
}
