import type { EndpointResource, NetworkResource } from '../../../api-types/network.ts';
import { type ApiVersion, isAtLeast } from '../../api-version.ts';
import type { EndpointRecord, NetworkRecord } from './backend.ts';

/** A network on the wire. `containers` are shown by its inspection only. */
export function networkResource(
  network: NetworkRecord,
  version: ApiVersion,
  containers: Readonly<Record<string, EndpointResource>> = {},
): NetworkResource {
  const { name, id, created, driver, subnet, gateway, options, labels } = network;
  return {
    Name: name,
    Id: id,
    Created: created,
    Scope: 'local',
    Driver: driver,
    ...(isAtLeast(version, '1.48') ? { EnableIPv4: true } : {}),
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: null, Config: subnet === '' ? null : [{ Subnet: subnet, Gateway: gateway }] },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: containers,
    Options: options,
    Labels: labels,
  };
}

export function endpointResource(network: NetworkRecord, endpoint: EndpointRecord, name: string): EndpointResource {
  const prefix = network.subnet.replace(/^.*\//, '');
  return {
    Name: name,
    EndpointID: endpoint.endpointId,
    MacAddress: endpoint.macAddress,
    IPv4Address: endpoint.address === '' ? '' : `${endpoint.address}/${prefix}`,
    IPv6Address: '',
  };
}
