import { isIPv4, isIPv6 } from 'node:net';
import { invalidArgument } from '../errors/engine-error.ts';

export type Family = 4 | 6;

/** An address of either family as a number. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A network of either family: `base` is its lowest address, host bits cleared. */
export interface Subnet {
  readonly family: Family;
  readonly base: bigint;
  readonly prefixLength: number;
}

const BITS = { 4: 32, 6: 128 } as const;

export function bitsOf(family: Family): number {
  return BITS[family];
}

/** @throws invalid_argument for what is no address in its usual form (no zone, no leading zeros). */
export function parseAddress(text: string): Address {
  if (isIPv4(text)) return { family: 4, value: parseGroups(text.split('.'), 8n, 10) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, value: parseIpv6(text) };
  throw invalidArgument(`invalid IP address: ${JSON.stringify(text)}`);
}

export function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'));
}

/** The family of a text that is an address or begins with one, such as a subnet in CIDR form. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 6 : 4;
}

function parseGroups(groups: readonly string[], bits: bigint, radix: 10 | 16): bigint {
  return groups.reduce((number, group) => (number << bits) | BigInt(Number.parseInt(group, radix)), 0n);
}

function parseIpv6(text: string): bigint {
  // The last 32 bits may stand in IPv4's form.
  const dotted = /[\d.]+$/.exec(text)?.[0] ?? '';
  if (dotted.includes('.')) {
    const low = parseAddress(dotted).value;
    const hexadecimal = `${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
    return parseIpv6(text.slice(0, -dotted.length) + hexadecimal);
  }
  const [head = '', tail] = text.split('::');
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return parseGroups([...first, ...zeros, ...last], 16n, 16);
}

/** In the shortest form, as RFC 5952 has it. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  if (value >> 32n === 0xffffn) return `::ffff:${formatAddress({ family: 4, value: value & 0xffff_ffffn })}`;
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const [longest] = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return text;
  const [head, tail] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)];
  return `${head.replace(/:$/, '')}::${tail.replace(/^:/, '')}`;
}

/** Reads `address/prefix`; host bits are kept in `address` and cleared in `subnet`. @throws invalid_argument */
export function parseCidr(text: string): { readonly address: Address; readonly subnet: Subnet } {
  const match = /^([\d.]+|[\da-f:.]+)\/(\d{1,3})$/i.exec(text);
  const [, addressText = '', prefix = ''] = match ?? [];
  const prefixLength = Number(prefix);
  if (!isAddress(addressText) || prefixLength > bitsOf(familyOf(addressText)) || /^0\d/.test(prefix)) {
    throw invalidArgument(`invalid CIDR address: ${text}`);
  }
  const address = parseAddress(addressText);
  const { family, value } = address;
  return { address, subnet: { family, base: value - (value % sizeOf(family, prefixLength)), prefixLength } };
}

export function formatSubnet({ family, base, prefixLength }: Subnet): string {
  return `${formatAddress({ family, value: base })}/${prefixLength}`;
}

/** How many addresses a network of that prefix has. */
export function sizeOf(family: Family, prefixLength: number): bigint {
  return 1n << BigInt(bitsOf(family) - prefixLength);
}

/** The highest address: for IPv4 the broadcast address. */
export function lastOf({ family, base, prefixLength }: Subnet): bigint {
  return base + sizeOf(family, prefixLength) - 1n;
}

export function contains(subnet: Subnet, { family, value }: Address): boolean {
  return family === subnet.family && value >= subnet.base && value <= lastOf(subnet);
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  return one.family === other.family && one.base <= lastOf(other) && other.base <= lastOf(one);
}

/** In network order: four bytes, or sixteen. */
export function addressBytes(text: string): Buffer {
  const { family, value } = parseAddress(text);
  return Buffer.from(value.toString(16).padStart(bitsOf(family) / 4, '0'), 'hex');
}
