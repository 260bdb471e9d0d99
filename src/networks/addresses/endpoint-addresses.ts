import { contains, type Family, familyOf, parseAddress, parseCidr } from '../../lib/ip.ts';
import type { EndpointRecord, NetworkRecord, NetworkSubnet } from '../../state/networks.ts';

/** Subnets of a family that is switched off are kept, and shown, and not used. */
export function activeSubnets({ subnets, enableIpv4, enableIpv6 }: NetworkRecord): NetworkSubnet[] {
  return subnets.filter(({ subnet }) => (familyOf(subnet) === 4 ? enableIpv4 : enableIpv6));
}

export function addressOf(endpoint: EndpointRecord, family: Family): string {
  return family === 4 ? endpoint.ipv4Address : endpoint.ipv6Address;
}

/** The subnet that an endpoint's address of this family is in; undefined when it has none. */
export function subnetOf(network: NetworkRecord, endpoint: EndpointRecord, family: Family): NetworkSubnet | undefined {
  const address = addressOf(endpoint, family);
  if (address === '') return undefined;
  const candidates = network.subnets.filter(({ subnet }) => familyOf(subnet) === family);
  if (candidates.length === 1) return candidates[0];
  return candidates.find(({ subnet }) => contains(parseCidr(subnet).subnet, parseAddress(address)));
}

/** The router of the endpoint's network in this family; empty without one, and in an internal network. */
export function gatewayOf(network: NetworkRecord, endpoint: EndpointRecord, family: Family): string {
  return network.internal ? '' : (subnetOf(network, endpoint, family)?.gateway ?? '');
}

export function prefixLengthOf(network: NetworkRecord, endpoint: EndpointRecord, family: Family): number {
  const home = subnetOf(network, endpoint, family);
  return home === undefined ? 0 : parseCidr(home.subnet).subnet.prefixLength;
}
