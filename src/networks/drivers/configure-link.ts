import { internalError, invalidArgument } from '../../errors/engine-error.ts';
import { familyOf, formatAddress, lastOf, parseCidr } from '../../lib/ip.ts';
import type { EndpointRecord, NetworkRecord } from '../../state/networks.ts';
import { addAddress, setDefaultRoute } from '../../sys/netlink/address-message.ts';
import type { RouteMessage } from '../../sys/netlink/netlink.ts';
import { setLinkUp } from '../../sys/netlink/route-message.ts';
import type { RouteNetlink } from '../../sys/netlink/route-netlink.ts';
import { subnetOf } from '../addresses/endpoint-addresses.ts';
import { linkSysctls } from '../endpoint-options.ts';
import type { LinkPlan } from './driver.ts';

/** Docker's prefixes of link-local addresses that a container asks for. */
const LINK_LOCAL_PREFIX = { 4: 16, 6: 64 } as const;

/** Addresses, state and routes of a container's link that is in its namespace already. */
export async function configureLink(
  netlink: RouteNetlink,
  network: NetworkRecord,
  endpoint: EndpointRecord,
  { namespacePath, defaultRoutes }: LinkPlan,
): Promise<void> {
  const { linkName } = endpoint;
  // As in Docker's containers, IPv6 is off on the link of a network without it (and on for loopback).
  netlink.setSysctl(`ipv6/conf/${linkName}/disable_ipv6`, needsIpv6(endpoint) ? '0' : '1', namespacePath);
  for (const { path, value } of linkSysctls(endpoint.settings, linkName)) {
    if (!netlink.setSysctl(path, value, namespacePath))
      throw invalidArgument(`unknown sysctl: net.${path.replaceAll('/', '.')}`);
  }
  const socket = netlink.open(namespacePath);
  try {
    const linkIndex = socket.linkIndex(linkName);
    if (linkIndex === undefined) throw internalError(`${linkName} went away from ${namespacePath}`);
    const gateways = [...defaultRoutes].map((family) => subnetOf(network, endpoint, family)?.gateway ?? '');
    await socket.request([
      setLinkUp('lo'),
      ...addressMessages(network, endpoint, linkIndex),
      setLinkUp(linkName),
      ...gateways.filter((gateway) => gateway !== '').map((gateway) => setDefaultRoute({ linkIndex, gateway })),
    ]);
  } finally {
    socket.close();
  }
}

function needsIpv6({ ipv6Address, settings }: EndpointRecord): boolean {
  return ipv6Address !== '' || (settings.ipam?.linkLocalIps ?? []).some((address) => familyOf(address) === 6);
}

function addressMessages(network: NetworkRecord, endpoint: EndpointRecord, linkIndex: number): RouteMessage[] {
  const messages: RouteMessage[] = [];
  for (const [family, address] of [
    [4, endpoint.ipv4Address],
    [6, endpoint.ipv6Address],
  ] as const) {
    const home = subnetOf(network, endpoint, family);
    if (home === undefined) continue;
    const { subnet } = parseCidr(home.subnet);
    const broadcast = family === 4 ? { broadcast: formatAddress({ family, value: lastOf(subnet) }) } : {};
    messages.push(addAddress({ linkIndex, address, ...broadcast, prefixLength: subnet.prefixLength }));
  }
  for (const address of endpoint.settings.ipam?.linkLocalIps ?? []) {
    messages.push(addAddress({ linkIndex, address, prefixLength: LINK_LOCAL_PREFIX[familyOf(address)] }));
  }
  return messages;
}
