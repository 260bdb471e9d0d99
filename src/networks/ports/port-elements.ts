import { addressBytes, familyOf } from '../../lib/ip.ts';
import type { PublishedPort, PublishedPortsRecord } from '../../state/published-ports.ts';
import type { ElementChange } from '../../sys/nf-tables/nf-tables.ts';
import { u16be } from '../../sys/nf-tables/nf-tables-message.ts';

const PROTOCOL_NUMBERS: Readonly<Record<PublishedPort['protocol'], number>> = { tcp: 6, udp: 17, sctp: 132 };
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The maps of the daemon's table that lead from ports of the host to containers, and the types of their fields. */
export const PORT_MAPS = {
  /** Published on every address of the host. */
  published4: 'inet_proto . inet_service : ipv4_addr . inet_service',
  published6: 'inet_proto . inet_service : ipv6_addr . inet_service',
  /** Published on one address. */
  published_at4: 'ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service',
  published_at6: 'ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service',
} as const;
export type PortMap = keyof typeof PORT_MAPS;

/** One element of one of the maps, for one published port. */
export interface PortElement {
  readonly map: PortMap;
  /** Undefined in the maps for every address. */
  readonly hostAddress: string | undefined;
  readonly protocol: PublishedPort['protocol'];
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
  readonly comment: string;
}

/** How an IPv6 packet is addressed that is to reach a container with an IPv4 address only; empty if it cannot. */
export type TranslatedAddress = (ipv4Address: string) => string;

/** Whether the link of the translator is needed: for IPv6, and for what comes from the host's own loopback. */
export function needsTranslator({ target, ports }: PublishedPortsRecord): boolean {
  const isNeeded = (address: string) =>
    familyOf(address) === 6 || isOnLoopback(EVERY_ADDRESS.has(address) ? undefined : address);
  return target !== null && ports.some(({ hostAddress }) => isNeeded(hostAddress));
}

export function elementsOf(record: PublishedPortsRecord, translated: TranslatedAddress): PortElement[] {
  const { target } = record;
  if (target === null) return [];
  return record.ports.flatMap((published): PortElement[] => {
    const { protocol, hostAddress, hostPort, containerPort: port } = published;
    const family = familyOf(hostAddress);
    const isEvery = EVERY_ADDRESS.has(hostAddress);
    const ipv6Address = target.ipv6Address || (target.ipv4Address === '' ? '' : translated(target.ipv4Address));
    const address = family === 4 ? target.ipv4Address : ipv6Address;
    if (address === '') return [];
    const comment = record.containerName;
    const map = `published${isEvery ? '' : '_at'}${family}` as const;
    return [{ map, hostAddress: isEvery ? undefined : hostAddress, protocol, hostPort, address, port, comment }];
  });
}

/** Where the host screens what comes in: the keys of a map once more, since nft looks no key up without its data. */
export function screeningSet(map: PortMap): string {
  return map.replace('published', 'screened');
}

/** The same for ports that this host's own processes reach by its loopback: their packets need another source. */
export function loopbackSet(map: PortMap): string {
  return map.replace('published', 'loopback');
}

/** Undefined stands for every address. */
export function isOnLoopback(hostAddress: string | undefined): boolean {
  return hostAddress === undefined || hostAddress === '::1' || hostAddress.startsWith('127.');
}

export function keyText({ hostAddress, protocol, hostPort }: PortElement): string {
  return [...(hostAddress === undefined ? [] : [hostAddress]), protocol, hostPort].join(' . ');
}

/** As nft's language has it. */
export function elementText(element: PortElement): string {
  const { address, port, comment } = element;
  return `${keyText(element)} comment "${comment}" : ${address} . ${port}`;
}

/** As the kernel has it. */
export function elementChanges(
  table: string,
  action: ElementChange['action'],
  element: PortElement,
  screens: boolean,
): ElementChange[] {
  const change = elementChange(table, action, element);
  const { key } = change;
  return [
    change,
    ...(screens ? [{ action, table, set: screeningSet(element.map), key }] : []),
    ...(isOnLoopback(element.hostAddress) ? [{ action, table, set: loopbackSet(element.map), key }] : []),
  ];
}

function elementChange(
  table: string,
  action: ElementChange['action'],
  { map, hostAddress, protocol, hostPort, address, port, comment }: PortElement,
): ElementChange {
  return {
    action,
    table,
    set: map,
    key: [
      ...(hostAddress === undefined ? [] : [addressBytes(hostAddress)]),
      Buffer.from([PROTOCOL_NUMBERS[protocol]]),
      u16be(hostPort),
    ],
    data: [addressBytes(address), u16be(port)],
    comment,
  };
}
