import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The first address of a host's name, as the system finds it, of IPv4 where it has one; an address is its own. */
export async function lookupAddress(name: string): Promise<string> {
  return isIP(name) === 0 ? (await lookup(name, { order: 'ipv4first' })).address : name;
}
