import { isIPv6 } from 'node:net';
import type { SocketAddress } from './namespace-sockets.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;

export function addressFamily(address: string): number {
  return isIPv6(address) ? AF_INET6 : AF_INET;
}

/** struct sockaddr_in, struct sockaddr_in6: the family in the host's order, the port in the network's. */
export function encodeSocketAddress({ address, port }: SocketAddress): Buffer {
  const family = addressFamily(address);
  const isSix = family === AF_INET6;
  const bytes = Buffer.alloc(isSix ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES);
  bytes.writeUInt16LE(family, 0);
  bytes.writeUInt16BE(port, 2);
  if (isSix) bytes.set(ipv6Bytes(address), 8);
  else bytes.set(address.split('.').map(Number), 4);
  return bytes;
}

/** The 16 bytes of a valid IPv6 address; a zone is not looked at. */
function ipv6Bytes(address: string): Buffer {
  // The URL parser writes every form of an address (`::`, an embedded IPv4 address) in groups of hexadecimal digits.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const after = groups(tail ?? '');
  const before = groups(head);
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
