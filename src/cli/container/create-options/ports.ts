import { isIP } from 'node:net';
import { parseCsvRecord } from '../../../lib/csv-record.ts';
import { CliError } from '../../errors.ts';

export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

export interface Ports {
  readonly exposed: Record<string, Record<string, never>>;
  readonly bindings: Record<string, PortBinding[]>;
}

/** What `--publish` and `--expose` ask for. */
export function parsePorts(publish: readonly string[], expose: readonly string[]): Ports {
  const ports: Ports = { exposed: {}, bindings: {} };
  for (const spec of publish) addPublished(ports, spec.includes('=') ? fromLongSyntax(spec) : spec);
  for (const spec of expose) {
    if (spec.includes(':')) throw new CliError(`invalid port format for --expose: ${spec}`);
    const [range, protocol] = splitProtocol(spec);
    const [first, last] = exposedRange(range, spec);
    for (let port = first; port <= last; port++) ports.exposed[`${port}/${protocol}`] ??= {};
  }
  return ports;
}

function exposedRange(range: string, spec: string): [number, number] {
  try {
    return parseRange(range);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`invalid range format for --expose: ${spec}, error: ${reason}`, 1, { cause: error });
  }
}

/** `target=80,published=8080,protocol=tcp` as the short form that the rest works on. */
function fromLongSyntax(spec: string): string {
  const fields = new Map<string, string>();
  for (const field of parseCsvRecord(spec)) {
    const equals = field.indexOf('=');
    if (equals <= 0) throw new CliError(`invalid publish opts format (should be name=value but got '${field}')`);
    fields.set(field.slice(0, equals), field.slice(equals + 1));
  }
  const target = fields.get('target') ?? '0';
  return `${fields.get('published') ?? '0'}:${target}/${fields.get('protocol') ?? 'tcp'}`;
}

function addPublished(ports: Ports, spec: string): void {
  const { ip, host, container, protocol } = splitSpec(spec);
  if (container === '') throw new CliError(`no port specified: ${spec}<empty>`);
  const [first, last] = rangeOf(container, 'invalid containerPort');
  const [hostFirst, hostLast] = host === '' ? [0, 0] : rangeOf(host, 'invalid hostPort');
  const count = last - first;
  const hostCount = hostLast - hostFirst;
  // A range of host ports for one container port leaves the choice to the daemon.
  if (host !== '' && count !== hostCount && first !== last) {
    throw new CliError(`invalid ranges specified for container and host Ports: ${container} and ${host}`);
  }
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new CliError(`invalid proto: ${protocol}`);
  for (let offset = 0; offset <= count; offset++) {
    const key = `${first + offset}/${protocol}`;
    let hostPort = host === '' ? '' : String(hostFirst + offset);
    if (count === 0 && hostFirst !== hostLast) hostPort = `${hostPort}-${hostLast}`;
    ports.exposed[key] = {};
    const bindings = ports.bindings[key] ?? [];
    bindings.push({ HostIp: ip, HostPort: hostPort });
    ports.bindings[key] = bindings;
  }
}

interface Spec {
  readonly ip: string;
  readonly host: string;
  readonly container: string;
  readonly protocol: string;
}

/** `[ip:][host]:container[/protocol]`, with an IPv6 address in brackets. */
function splitSpec(spec: string): Spec {
  const parts = spec.split(':');
  const [container, protocol] = splitProtocol(parts.pop() ?? '');
  const host = parts.pop() ?? '';
  const address = parts.join(':');
  const bare = address.startsWith('[') && address.endsWith(']') ? address.slice(1, -1) : address;
  if (bare !== '' && isIP(bare) === 0) throw new CliError(`invalid IP address: ${bare}`);
  return { ip: bare, host, container, protocol };
}

function splitProtocol(text: string): [string, string] {
  const slash = text.indexOf('/');
  if (slash < 0) return [text, 'tcp'];
  return [text.slice(0, slash), text.slice(slash + 1).toLowerCase() || 'tcp'];
}

function rangeOf(text: string, complaint: string): [number, number] {
  try {
    return parseRange(text);
  } catch (error) {
    throw new CliError(`${complaint}: ${text}`, 1, { cause: error });
  }
}

function parseRange(text: string): [number, number] {
  if (text === '') throw new Error('empty string specified for ports');
  const dash = text.indexOf('-');
  const first = parsePort(dash < 0 ? text : text.slice(0, dash));
  const last = dash < 0 ? first : parsePort(text.slice(dash + 1));
  if (last < first) throw new Error('invalid range specified for port: ' + text);
  return [first, last];
}

function parsePort(text: string): number {
  const quoted = JSON.stringify(text);
  if (!/^[0-9]+$/.test(text)) throw new Error(`strconv.ParseUint: parsing ${quoted}: invalid syntax`);
  if (Number(text) > 65535) throw new Error(`strconv.ParseUint: parsing ${quoted}: value out of range`);
  return Number(text);
}
