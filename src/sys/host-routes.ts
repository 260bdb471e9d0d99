import { readFileSync } from 'node:fs';

/** A route of the host's main IPv4 table, numbers in host order. */
export interface HostRoute {
  readonly link: string;
  readonly destination: number;
  readonly prefixLength: number;
}

/** The routes of the daemon's namespace. Links that are up appear with the subnets of their addresses. */
export function readHostRoutes(): HostRoute[] {
  return parseRoutes(readFileSync('/proc/self/net/route', 'utf8'));
}

/** The format of /proc/net/route: numbers are hexadecimal, in network order as a little-endian machine reads them. */
export function parseRoutes(text: string): HostRoute[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 8)
    .map((fields) => ({
      link: fields[0] ?? '',
      destination: swapped(fields[1] ?? '0'),
      prefixLength: 32 - Math.log2(2 ** 32 - swapped(fields[7] ?? '0')),
    }));
}

function swapped(hexadecimal: string): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Number.parseInt(hexadecimal, 16));
  return bytes.readUInt32BE();
}
