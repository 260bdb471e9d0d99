import { randomBytes } from 'node:crypto';
import { invalidArgument } from '../../errors/engine-error.ts';

const FORMS = /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i;

/**
 * A MAC address as the kernel writes it, from any of the forms that Docker takes: with colons, hyphens, or as three
 * numbers with dots. @throws invalid_argument
 */
export function parseMac(text: string): string {
  if (!FORMS.test(text)) throw invalidArgument(`invalid MAC address ${text}`);
  return withColons(text.toLowerCase().replace(/[^0-9a-f]/g, ''));
}

/** What Docker derives from an IPv4 address: the same address has the same one, so that ARP caches stay right. */
export function macOf(ipv4Address: string): string {
  const bytes = Buffer.from(ipv4Address.split('.').map(Number));
  return withColons(`0242${bytes.toString('hex')}`);
}

/** For an endpoint without an IPv4 address. */
export function randomMac(): string {
  return withColons(`0242${randomBytes(4).toString('hex')}`);
}

function withColons(digits: string): string {
  return (digits.match(/../g) ?? []).join(':');
}
