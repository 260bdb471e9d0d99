import type { EndpointResource, IpamConfig, NetworkResource } from '../../../api-types/network.ts';
import { type ApiVersion, isAtLeast } from '../../api-version.ts';
import type { EndpointRecord, NetworkRecord } from './backend.ts';

type Subnet = NetworkRecord['subnets'][number];

/** A network on the wire. `containers` are shown by its inspection only. */
export function networkResource(
  network: NetworkRecord,
  version: ApiVersion,
  containers: Readonly<Record<string, EndpointResource>> = {},
): NetworkResource {
  const { name, id, created, driver, subnets, options, labels } = network;
  return {
    Name: name,
    Id: id,
    Created: created,
    Scope: 'local',
    Driver: driver,
    ...(isAtLeast(version, '1.48') ? { EnableIPv4: network.enableIpv4 } : {}),
    EnableIPv6: network.enableIpv6,
    IPAM: {
      Driver: 'default',
      Options: network.ipamOptions,
      Config: subnets.length === 0 && network.ipamOptions === null ? null : subnets.map(ipamConfig),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: network.configFrom ?? '' },
    ConfigOnly: network.configOnly ?? false,
    Containers: containers,
    Options: options,
    Labels: labels,
  };
}

function ipamConfig({ subnet, ipRange, gateway, showsGateway, auxAddresses }: Subnet): IpamConfig {
  return {
    Subnet: subnet,
    ...(ipRange === '' ? {} : { IPRange: ipRange }),
    ...(showsGateway ? { Gateway: gateway } : {}),
    ...(Object.keys(auxAddresses).length === 0 ? {} : { AuxiliaryAddresses: auxAddresses }),
  };
}

export function endpointResource(network: NetworkRecord, endpoint: EndpointRecord, name: string): EndpointResource {
  return {
    Name: name,
    EndpointID: endpoint.endpointId,
    MacAddress: endpoint.macAddress,
    IPv4Address: withPrefix(network, endpoint.ipv4Address),
    IPv6Address: withPrefix(network, endpoint.ipv6Address),
  };
}

function withPrefix({ subnets }: NetworkRecord, address: string): string {
  if (address === '') return '';
  const isIpv6 = address.includes(':');
  const home = subnets.find(({ subnet }) => subnet.includes(':') === isIpv6);
  return `${address}/${home?.subnet.replace(/^.*\//, '') ?? ''}`;
}
