import { invalidArgument } from '../errors/engine-error.ts';
import { contains, type Family, familyOf, isAddress, parseAddress, parseCidr } from '../lib/ip.ts';
import type { EndpointSettings, NetworkRecord } from '../state/networks.ts';
import { endpointOptionProblems } from './endpoint-options.ts';
import { isPredefined } from './predefined.ts';
import { invalidWith } from './problems.ts';

const MAC_ADDRESS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/**
 * Whether what a container asks of its place in a network can be had; a network that is not there yet is undefined.
 * Whether an address is free is seen only when it is given. @throws invalid_argument with Docker's texts.
 */
export function checkAttachment(network: NetworkRecord | undefined, settings: EndpointSettings): void {
  const { macAddress } = settings;
  if (macAddress !== '' && !MAC_ADDRESS.test(macAddress)) throw invalidArgument(`invalid MAC address ${macAddress}`);
  const problems = [
    ...(network !== undefined && isPredefined(network.name) ? predefinedProblems(settings) : []),
    ...formProblems(settings),
    ...endpointOptionProblems(settings),
    ...(network === undefined ? [] : rangeProblems(network, settings)),
  ];
  if (problems.length > 0) throw invalidWith('invalid endpoint settings', problems);
}

function wishesOf({ ipam }: EndpointSettings): [Family, string][] {
  const wishes: [Family, string][] = [
    [4, ipam?.ipv4Address ?? ''],
    [6, ipam?.ipv6Address ?? ''],
  ];
  return wishes.filter(([, address]) => address !== '');
}

function formProblems(settings: EndpointSettings): string[] {
  const malformed = wishesOf(settings).filter(
    ([family, address]) => !isAddress(address) || familyOf(address) !== family,
  );
  const linkLocal = (settings.ipam?.linkLocalIps ?? []).filter((address) => !isAddress(address));
  return [
    ...malformed.map(([family, address]) => `invalid IPv${family} address: ${address}`),
    ...linkLocal.map((address) => `invalid link-local IP address: ${address}`),
  ];
}

function predefinedProblems(settings: EndpointSettings): string[] {
  return [
    ...(wishesOf(settings).length > 0 ? ['user specified IP address is supported on user defined networks only'] : []),
    ...((settings.aliases ?? []).length > 0
      ? ['network-scoped alias is supported only for containers in user defined networks']
      : []),
  ];
}

/** An address may be chosen only in a subnet that was. */
function rangeProblems({ name, subnets, ownFamilies }: NetworkRecord, settings: EndpointSettings): string[] {
  const chosen = name === 'bridge' ? subnets.map(({ subnet }) => familyOf(subnet)) : ownFamilies;
  return wishesOf(settings).flatMap(([family, address]) => {
    if (!chosen.includes(family)) {
      return ['user specified IP address is supported only when connecting to networks with user configured subnets'];
    }
    const isInside =
      isAddress(address) && subnets.some(({ subnet }) => contains(parseCidr(subnet).subnet, parseAddress(address)));
    return isInside ? [] : [`no configured subnet or ip-range contain the IP address ${address}`];
  });
}
