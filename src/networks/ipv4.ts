import { isIPv4 } from 'node:net';
import { invalidArgument } from '../errors/engine-error.ts';

/** An IPv4 network: `base` is its lowest address as a number, host bits cleared. */
export interface Subnet {
  readonly base: number;
  readonly prefixLength: number;
}

/** @throws invalid_argument for anything but four decimal numbers. */
export function parseAddress(text: string): number {
  if (!isIPv4(text)) throw invalidArgument(`invalid IPv4 address: ${JSON.stringify(text)}`);
  return text.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Reads `address/prefix`; host bits are kept in `address` and cleared in `subnet`. @throws invalid_argument */
export function parseCidr(text: string): { readonly address: number; readonly subnet: Subnet } {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const prefixLength = Number(match?.[2]);
  if (match?.[1] === undefined || prefixLength > 32) throw invalidArgument(`invalid CIDR address: ${text}`);
  const address = parseAddress(match[1]);
  return { address, subnet: { base: address - (address % sizeOf(prefixLength)), prefixLength } };
}

export function formatSubnet({ base, prefixLength }: Subnet): string {
  return `${formatAddress(base)}/${prefixLength}`;
}

/** How many addresses a network of that prefix has. */
export function sizeOf(prefixLength: number): number {
  return 2 ** (32 - prefixLength);
}

export function broadcastOf({ base, prefixLength }: Subnet): number {
  return base + sizeOf(prefixLength) - 1;
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  return one.base <= broadcastOf(other) && other.base <= broadcastOf(one);
}

/** The MAC address that Docker derives from an address: the same address has the same one, so ARP caches stay right. */
export function macOf(address: number): string {
  return ['02', '42', ...[24, 16, 8, 0].map((shift) => ((address >>> shift) & 255).toString(16).padStart(2, '0'))].join(
    ':',
  );
}
