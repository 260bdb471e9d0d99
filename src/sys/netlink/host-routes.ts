import { readFileSync } from 'node:fs';
import { overlaps, parseCidr, type Subnet } from '../../lib/ip.ts';
import { hasErrorCode } from '../../lib/system-error.ts';

/** A route of the host's main table. */
export interface HostRoute {
  readonly link: string;
  readonly subnet: Subnet;
  /** Whether it leads to a router, and not to neighbours. */
  readonly hasGateway: boolean;
}

/** The routes of the daemon's namespace. Links that are up appear with the subnets of their addresses. */
export function readHostRoutes(): HostRoute[] {
  return [
    ...parseRoutes(readFileSync('/proc/self/net/route', 'utf8')),
    ...parseIpv6Routes(readIfThere('/proc/self/net/ipv6_route')),
  ];
}

/** A kernel without IPv6 has no such table. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}

/** The format of /proc/net/route: numbers are hexadecimal, in network order as a little-endian machine reads them. */
export function parseRoutes(text: string): HostRoute[] {
  return rows(text)
    .slice(1)
    .filter((fields) => fields.length >= 8)
    .map((fields) => ({
      link: fields[0] ?? '',
      subnet: {
        family: 4,
        base: BigInt(swapped(fields[1] ?? '0')),
        prefixLength: 32 - Math.log2(2 ** 32 - swapped(fields[7] ?? '0')),
      },
      hasGateway: swapped(fields[2] ?? '0') !== 0,
    }));
}

function swapped(hexadecimal: string): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Number.parseInt(hexadecimal, 16));
  return bytes.readUInt32BE();
}

const EVERYWHERE = ['fe80::/10', 'ff00::/8'].map((text) => parseCidr(text).subnet);

/** The format of /proc/net/ipv6_route. What every link has (link-local, multicast, its own addresses) is left out. */
export function parseIpv6Routes(text: string): HostRoute[] {
  return rows(text)
    .filter((fields) => fields.length >= 10)
    .map((fields): HostRoute => {
      const prefixLength = Number.parseInt(fields[1] ?? '0', 16);
      const subnet: Subnet = { family: 6, base: BigInt(`0x${fields[0] ?? '0'}`), prefixLength };
      return { link: fields[9] ?? '', subnet, hasGateway: /[^0]/.test(fields[4] ?? '') };
    })
    .filter(({ link, subnet }) => link !== 'lo' && !isEverywhere(subnet));
}

function isEverywhere(subnet: Subnet): boolean {
  return EVERYWHERE.some((special) => subnet.prefixLength > 0 && overlaps(special, subnet));
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
}
