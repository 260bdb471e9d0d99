import { addressBytes, familyOf } from '../../lib/ip.ts';
import type { PublishedPort, PublishedPortsRecord } from '../../state/published-ports.ts';
import type { ElementChange } from '../../sys/nf-tables.ts';
import { u16be } from '../../sys/nf-tables-message.ts';

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

/** Ports that this host's own processes reach at ::1: their packets need another source than that to leave. */
export const LOOPBACK_SET = { name: 'loopback6', type: 'inet_proto . inet_service' } as const;

/** How an IPv6 packet is addressed that is to reach a container with an IPv4 address only; empty if it cannot. */
export type TranslatedAddress = (ipv4Address: string) => string;

/** Whether ports lead here from IPv6: ::1 needs the link of the translator in any case. */
export function needsTranslator({ target, ports }: PublishedPortsRecord): boolean {
  return target !== null && ports.some(({ hostAddress }) => familyOf(hostAddress) === 6);
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

export function isOnLoopback6({ map, hostAddress }: PortElement): boolean {
  return map === 'published6' || (map === 'published_at6' && hostAddress === '::1');
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
  const { protocol, hostPort } = element;
  const key = [Buffer.from([PROTOCOL_NUMBERS[protocol]]), u16be(hostPort)];
  const change = elementChange(table, action, element);
  return [
    change,
    ...(screens ? [{ action, table, set: screeningSet(element.map), key: change.key }] : []),
    ...(isOnLoopback6(element) ? [{ action, table, set: LOOPBACK_SET.name, key }] : []),
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
