import { isIP } from 'node:net';
import type { ContainerConfig } from '../../api-types/container-config.ts';
import type { HostConfig } from '../../api-types/host-config.ts';
import { internalError, invalidArgument } from '../../errors/engine-error.ts';
import type { PortRequest } from '../../networks/ports/port-request.ts';
import type { PublishedPort } from '../../state/published-ports.ts';

const PROTOCOLS: readonly string[] = ['tcp', 'udp', 'sctp'] satisfies PublishedPort['protocol'][];
const LARGEST_PORT = 65535;

/** A container's port as its configuration names it: `80`, `80/tcp`, `53/UDP`. What is no number is port 0. */
export function parsePort(text: string): { readonly port: number; readonly protocol: string } {
  const [number = '', protocol = 'tcp'] = text.split('/');
  return { port: numberOf(number) ?? 0, protocol: (protocol || 'tcp').toLowerCase() };
}

function numberOf(text: string): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number <= LARGEST_PORT ? number : undefined;
}

/** Undefined for what is neither empty, a port, nor a range of ports. */
function rangeOf(text: string): readonly [first: number, last: number] | undefined {
  if (text === '') return [0, 0];
  const [start = '', end = start, ...more] = text.split('-');
  const [first, last] = [numberOf(start), numberOf(end)];
  return first === undefined || last === undefined || last < first || more.length > 0 ? undefined : [first, last];
}

/** @throws invalid_argument, with Docker's text. */
export function checkPortBindings({ PortBindings }: HostConfig): void {
  for (const [port, bindings] of Object.entries(PortBindings ?? {})) {
    const [number = ''] = port.split('/');
    if (number !== '' && numberOf(number) === undefined) throw invalidPort(number);
    for (const { HostIp, HostPort } of bindings ?? []) {
      if (rangeOf(HostPort) === undefined) throw invalidPort(HostPort);
      if (HostIp !== '' && isIP(HostIp) === 0) throw invalidArgument(`invalid IP address: ${HostIp}`);
    }
  }
}

function invalidPort(text: string): Error {
  return invalidArgument(`invalid port specification: ${JSON.stringify(text)}`);
}

/**
 * The ports that a container asks for: of those it exposes, as Docker has it, the ones with bindings, and with
 * `PublishAllPorts` the others as well. In Docker's order, which decides who gets which random port: the larger ones
 * first.
 * @throws internal, with Docker's text, for a protocol that has no ports.
 */
export function portRequestsOf({ ExposedPorts }: ContainerConfig, host: HostConfig): PortRequest[] {
  const found = Object.keys(ExposedPorts ?? {}).flatMap((exposed): PortRequest[] => {
    const { port, protocol } = parsePort(exposed);
    const bindings = bindingsOf(host, exposed);
    const asked = bindings.length === 0 && host.PublishAllPorts ? [{ HostIp: '', HostPort: '' }] : bindings;
    return asked.map(({ HostIp, HostPort }) => {
      if (!isProtocol(protocol)) throw internalError('invalid transport protocol: 0');
      const [firstHostPort, lastHostPort] = rangeOf(HostPort) ?? [0, 0];
      return { protocol, containerPort: port, hostAddress: HostIp, firstHostPort, lastHostPort };
    });
  });
  return found.toSorted(
    (a, b) =>
      b.firstHostPort - a.firstHostPort ||
      b.containerPort - a.containerPort ||
      Number(b.protocol === 'tcp') - Number(a.protocol === 'tcp'),
  );
}

function bindingsOf({ PortBindings }: HostConfig, exposed: string): readonly { HostIp: string; HostPort: string }[] {
  const wanted = parsePort(exposed);
  return Object.entries(PortBindings ?? {}).flatMap(([text, bindings]) => {
    const { port, protocol } = parsePort(text);
    return port === wanted.port && protocol === wanted.protocol ? (bindings ?? []) : [];
  });
}

function isProtocol(text: string): text is PublishedPort['protocol'] {
  return PROTOCOLS.includes(text);
}
