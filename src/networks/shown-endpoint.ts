import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import { gatewayOf, prefixLengthOf } from './addresses/endpoint-addresses.ts';
import type { Endpoint } from './container-network.ts';

export function shownEndpoint(network: NetworkRecord, record: EndpointRecord): Endpoint {
  return {
    networkId: network.id,
    networkName: network.name,
    endpointId: record.endpointId,
    macAddress: record.macAddress,
    ipAddress: record.ipv4Address,
    ipPrefixLength: prefixLengthOf(network, record, 4),
    gateway: gatewayOf(network, record, 4),
    ipv6Address: record.ipv6Address,
    ipv6PrefixLength: prefixLengthOf(network, record, 6),
    ipv6Gateway: gatewayOf(network, record, 6),
    dnsNames: record.dnsNames,
  };
}
