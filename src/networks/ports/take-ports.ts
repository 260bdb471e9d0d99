import { closeSync } from 'node:fs';
import { type EngineError, isEngineError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { PublishedPort } from '../../state/published-ports.ts';
import type { HostPort, PortSockets } from '../../sys/sockets/port-sockets.ts';
import type { Fd } from '../../sys/syscalls.ts';
import { noPortLeft, portIsAllocated, portNotTaken } from './port-errors.ts';
import type { PortRequest } from './port-request.ts';

const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';

export interface TakenPorts {
  readonly ports: readonly PublishedPort[];
  /** One for each port, which keeps it; the caller closes them. */
  readonly descriptors: readonly Fd[];
}

export interface TakeOptions {
  readonly sockets: PortSockets;
  /** Where ports go that name no address of the host. */
  readonly defaultAddress: string;
  readonly families: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** Whether another container of this daemon has it. */
  readonly isAllocated: (at: HostPort) => boolean;
  /** Candidates for a port that may be any, the least recently used first. */
  readonly anyPort: (protocol: string) => Iterable<number>;
}

/**
 * Takes a port of the host for each request, all or none: the kernel decides whether somebody has it already.
 * @throws internal with Docker's texts.
 */
export function takePorts(requests: readonly PortRequest[], options: TakeOptions): TakenPorts {
  const taken: { port: PublishedPort; descriptor: Fd }[] = [];
  try {
    for (const request of requests) taken.push(...takeOne(request, options, taken));
  } catch (error) {
    for (const { descriptor } of taken) closeSync(descriptor);
    throw error;
  }
  return { ports: taken.map(({ port }) => port), descriptors: taken.map(({ descriptor }) => descriptor) };
}

interface Taken {
  readonly port: PublishedPort;
  readonly descriptor: Fd;
}

/** The same port on each of the request's addresses. */
function takeOne(request: PortRequest, options: TakeOptions, already: readonly Taken[]): Taken[] {
  const addresses = addressesOf(request, options);
  if (addresses.length === 0) return [];
  let failure: EngineError | undefined;
  for (const port of candidates(request, options)) {
    try {
      return takeEverywhere(request, addresses, port, options, already);
    } catch (error) {
      if (!isEngineError(error, 'internal')) throw error;
      failure ??= error;
      if (!isBusy(error)) break;
    }
  }
  const isOne = request.firstHostPort !== 0 && request.firstHostPort === request.lastHostPort;
  throw failure !== undefined && (isOne || !isBusy(failure)) ? failure : noPortLeft();
}

function isBusy(error: EngineError): boolean {
  return error.cause === undefined || hasErrorCode(error.cause, 'EADDRINUSE');
}

function candidates(
  { protocol, firstHostPort, lastHostPort }: PortRequest,
  { anyPort }: TakeOptions,
): Iterable<number> {
  if (firstHostPort === 0) return anyPort(protocol);
  return Array.from({ length: lastHostPort - firstHostPort + 1 }, (_, index) => firstHostPort + index);
}

/** A port without an address is one of IPv4 and one of IPv6, unless the daemon or the network name an address. */
function addressesOf({ hostAddress }: PortRequest, { defaultAddress, families }: TakeOptions): string[] {
  if (hostAddress !== '') return (hostAddress.includes(':') ? families.ipv6 : families.ipv4) ? [hostAddress] : [];
  const ofBoth = defaultAddress === ANY_IPV4 || defaultAddress === ANY_IPV6 || defaultAddress === '';
  const addresses = ofBoth ? [ANY_IPV4, ANY_IPV6] : [defaultAddress];
  return addresses.filter((address) => (address.includes(':') ? families.ipv6 : families.ipv4));
}

function takeEverywhere(
  { protocol, containerPort, hostAddress }: PortRequest,
  addresses: readonly string[],
  hostPort: number,
  { sockets, isAllocated }: TakeOptions,
  already: readonly Taken[],
): Taken[] {
  const taken: Taken[] = [];
  try {
    for (const address of addresses) {
      const at: HostPort = { protocol, address, port: hostPort };
      const isOurs = already.some(({ port }) => isSame(port, at));
      if (isOurs || isAllocated(at)) throw portIsAllocated(at);
      const descriptor = take(at, sockets, hostAddress === '' && address === ANY_IPV6);
      if (descriptor === undefined) continue;
      taken.push({ port: { protocol, containerPort, hostAddress: address, hostPort }, descriptor });
    }
    return taken;
  } catch (error) {
    for (const { descriptor } of taken) closeSync(descriptor);
    throw error;
  }
}

function isSame(port: PublishedPort, { protocol, address, port: number }: HostPort): boolean {
  return port.protocol === protocol && port.hostAddress === address && port.hostPort === number;
}

/** Undefined for IPv6 that nobody asked for, on a host without it. */
function take(at: HostPort, sockets: PortSockets, isOptional: boolean): Fd | undefined {
  try {
    return sockets.take(at);
  } catch (error) {
    if (isOptional && hasErrorCode(error, 'EAFNOSUPPORT', 'EADDRNOTAVAIL')) return undefined;
    throw portNotTaken(at, error);
  }
}
