import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The first address of a host's name, as the system finds it; an address is its own. */
export async function lookupAddress(name: string): Promise<string> {
  return isIP(name) === 0 ? (await lookup(name)).address : name;
}
