import { isIPv6 } from 'node:net';
import { addressBytes } from '../../lib/ip.ts';
import type { SocketAddress } from './namespace-sockets.ts';
import { AF_INET, AF_INET6 } from './socket-calls.ts';

/** Names a link; a server that needs one is not reached. */
const ZONE = /%.*$/;
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
  bytes.set(addressBytes(address.replace(ZONE, '')), isSix ? 8 : 4);
  return bytes;
}
