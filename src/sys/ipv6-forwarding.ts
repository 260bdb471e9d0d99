import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';

const CONFIGURATION = '/proc/sys/net/ipv6/conf';
const ACCEPT_UNLESS_ROUTER = '1';
const ACCEPT = '2';

/**
 * Lets the host forward IPv6. Links that get their routes from router advertisements would lose them, since a router
 * ignores those: they are told to go on. Nothing happens on a host without IPv6, or that forwards already.
 */
export function forwardIpv6(folder = CONFIGURATION): void {
  const forwarding = join(folder, 'all/forwarding');
  if (!isAt(forwarding, '0')) return;
  for (const link of readdirSync(folder)) {
    const accepts = join(folder, link, 'accept_ra');
    if (link !== 'all' && link !== 'default' && isAt(accepts, ACCEPT_UNLESS_ROUTER)) writeFileSync(accepts, ACCEPT);
  }
  writeFileSync(forwarding, '1');
}

function isAt(path: string, value: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === value;
  } catch (error) {
    // No IPv6, or a link that has just gone.
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
