import { readFileSync } from 'node:fs';

/** What Linux has by default. */
const DEFAULT_RANGE = { first: 32768, last: 60999 } as const;

/** The ports that the kernel gives to those who do not care which, `ip_local_port_range`. */
export function readLocalPortRange(): { readonly first: number; readonly last: number } {
  const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const [first = 0, last = 0] = text.trim().split(/\s+/).map(Number);
  return first > 0 && last >= first ? { first, last } : DEFAULT_RANGE;
}
