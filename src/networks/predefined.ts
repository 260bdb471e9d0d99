import { type NetworkId, randomId } from '../lib/ids.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import type { NetworkRecord } from '../state/networks.ts';

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
    subnet: '',
    gateway: '',
    labels: {},
  }));
}
