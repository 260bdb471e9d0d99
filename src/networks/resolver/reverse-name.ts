import { isIPv4 } from 'node:net';
import { formatAddress, parseAddress } from '../../lib/ip.ts';

const IPV4_ZONE = '.in-addr.arpa';
const IPV6_ZONE = '.ip6.arpa';
const NIBBLES = 32;

/** The address that a PTR question asks about (RFC 1035 3.5, RFC 3596 2.5), in its shortest form; or undefined. */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith(IPV4_ZONE)) {
    const address = name.slice(0, -IPV4_ZONE.length).split('.').reverse().join('.');
    return isIPv4(address) ? address : undefined;
  }
  if (!name.endsWith(IPV6_ZONE)) return undefined;
  const nibbles = name.slice(0, -IPV6_ZONE.length).split('.').reverse();
  if (nibbles.length !== NIBBLES || nibbles.some((nibble) => !/^[0-9a-f]$/.test(nibble))) return undefined;
  return formatAddress(parseAddress((nibbles.join('').match(/.{4}/g) ?? []).join(':')));
}
