import { invalidArgument } from '../errors/engine-error.ts';
import { contains, type Family, familyOf, isAddress, parseAddress, parseCidr } from '../lib/ip.ts';
import type { EndpointSettings, NetworkRecord } from '../state/networks.ts';
import { parseMac } from './mac-address.ts';
import { isPredefined } from './predefined.ts';

/** Whether what a container asks of its place in a network can be had. @throws invalid_argument with Docker's texts. */
export function checkAttachment(network: NetworkRecord, settings: EndpointSettings): void {
  const { ipam, macAddress } = settings;
  const wishes = [ipam?.ipv4Address ?? '', ipam?.ipv6Address ?? ''].filter((address) => address !== '');
  if (isPredefined(network.name)) {
    if (wishes.length > 0) {
      throw invalidArgument('user specified IP address is supported on user defined networks only');
    }
    if ((settings.aliases ?? []).length > 0) {
      throw invalidArgument('network-scoped alias is supported only for containers in user defined networks');
    }
  } else {
    const problems = [
      ...addressProblems(network, 4, ipam?.ipv4Address ?? ''),
      ...addressProblems(network, 6, ipam?.ipv6Address ?? ''),
      ...(ipam?.linkLocalIps ?? [])
        .filter((address) => !isAddress(address))
        .map((address) => `invalid link-local IP address: ${address}`),
    ];
    if (problems.length > 0) {
      throw invalidArgument(`invalid endpoint settings:\n${problems.join('\n')}`);
    }
  }
  if (macAddress !== '') parseMac(macAddress);
}

function addressProblems(network: NetworkRecord, family: Family, address: string): string[] {
  if (address === '') return [];
  if (!isAddress(address) || familyOf(address) !== family) return [`invalid IPv${family} address: ${address}`];
  if (!network.hasOwnSubnets) {
    return ['user specified IP address is supported only when connecting to networks with user configured subnets'];
  }
  const parsed = parseAddress(address);
  const isInside = network.subnets.some(({ subnet }) => contains(parseCidr(subnet).subnet, parsed));
  return isInside ? [] : [`no configured subnet or ip-range contain the IP address ${address}`];
}
