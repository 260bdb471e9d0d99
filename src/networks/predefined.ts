import { type NetworkId, randomId } from '../lib/ids.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import type { NetworkRecord } from '../state/networks.ts';

const PREDEFINED: ReadonlySet<string> = new Set(['bridge', 'host', 'none']);

/** Every daemon has these; they cannot be made or removed. */
export function isPredefined(name: string): boolean {
  return PREDEFINED.has(name);
}

/** Containers in it find each other by name; those in Docker's default networks do not. */
export function hasResolver({ name }: Pick<NetworkRecord, 'name'>): boolean {
  return !isPredefined(name);
}

/** The three networks that every daemon has from its first start on, newly made and without a subnet yet. */
export function predefinedNetworks(bridgeOptions: Readonly<Record<string, string>>): NetworkRecord[] {
  const kinds = [
    { name: 'none', driver: 'null', options: {} },
    { name: 'host', driver: 'host', options: {} },
    { name: 'bridge', driver: 'bridge', options: bridgeOptions },
  ] as const;
  return kinds.map((kind) => ({
    ...kind,
    id: randomId<NetworkId>(),
    created: formatNs(nowNs()),
    subnets: [],
    ownFamilies: [],
    enableIpv4: true,
    enableIpv6: false,
    internal: false,
    attachable: false,
    ipamOptions: null,
    labels: {},
  }));
}
