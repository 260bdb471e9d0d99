import type { ContainerId, NetworkId } from '../../lib/ids.ts';
import { type EndpointRecord, type NetworkRecord, plainSettings } from '../networks.ts';

/** A bridge of IPv4 without any options. */
export function networkRecord(name: string, more: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    id: name.padEnd(64, '0') as NetworkId,
    name,
    driver: 'bridge',
    created: '2026-01-02T03:04:05Z',
    subnets: [],
    ownFamilies: [],
    enableIpv4: true,
    enableIpv6: false,
    internal: false,
    attachable: false,
    ipamOptions: null,
    options: {},
    labels: {},
    ...more,
  };
}

/** A container's place in that network, with an address of each family. */
export function endpointRecord(network: Pick<NetworkRecord, 'id'>, more: Partial<EndpointRecord> = {}): EndpointRecord {
  return {
    networkId: network.id,
    containerId: 'c'.repeat(64) as ContainerId,
    endpointId: 'e',
    sandboxId: 's',
    linkName: 'eth0',
    ipv4Address: '10.0.0.2',
    ipv6Address: 'fd00::2',
    macAddress: '',
    settings: plainSettings,
    dnsNames: [],
    ...more,
  };
}
