import { type EngineError, internalError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { HostPort } from '../../sys/sockets/port-sockets.ts';

/** Docker's text for a port that another container of the same engine has: clients match on it. */
export function portIsAllocated({ address, port }: HostPort): EngineError {
  return internalError(`Bind for ${joined(address, port)} failed: port is already allocated`);
}

/** Docker's text for a random port when there is none left. */
export function noPortLeft(): EngineError {
  return internalError('all ports are allocated');
}

/** Docker's texts for a port that the kernel does not give. Docker has a proxy that takes it, and names that. */
export function portNotTaken(at: HostPort, cause: unknown): EngineError {
  return internalError(`Error starting userland proxy: ${reasonOf(at, cause)}`, cause);
}

function reasonOf(at: HostPort, cause: unknown): string {
  const { protocol, address, port } = at;
  const listen = `listen ${protocol}${address.includes(':') ? 6 : 4} ${joined(address, port)}: bind`;
  if (hasErrorCode(cause, 'EADDRINUSE')) return `${listen}: address already in use`;
  if (hasErrorCode(cause, 'EADDRNOTAVAIL')) return `${listen}: cannot assign requested address`;
  if (hasErrorCode(cause, 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT')) {
    return `protocol not supported: this kernel has no ${protocol.toUpperCase()}`;
  }
  return `${listen}: ${messageOf(cause)}`;
}

/** What Docker says before each of them. */
export function endpointNotReachable(endpoint: { name: string; id: string }, cause: EngineError): EngineError {
  return internalError(
    `driver failed programming external connectivity on endpoint ${endpoint.name} (${endpoint.id}): ${cause.message}`,
    cause,
  );
}

function joined(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
