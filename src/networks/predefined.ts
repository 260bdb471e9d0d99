import { type NetworkId, randomId } from '../lib/ids.ts';
import type { NetworkRecord } from '../state/networks.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import { defaultBridgeOptions } from './bridge-options.ts';

/** The three networks that every daemon has from its first start on, newly made and without a subnet yet. */
export function predefinedNetworks(bridge: string): NetworkRecord[] {
  const kinds = [
    { name: 'none', driver: 'null', options: {} },
    { name: 'host', driver: 'host', options: {} },
    { name: 'bridge', driver: 'bridge', options: defaultBridgeOptions(bridge) },
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
