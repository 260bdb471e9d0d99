import { setDefaultRoute } from '../sys/netlink/address-message.ts';
import type { RouteNetlink } from '../sys/netlink/route-netlink.ts';
import { chooseGateways, type PlacedEndpoint } from './addresses/choose-gateways.ts';
import { gatewayOf } from './addresses/endpoint-addresses.ts';

/** A container has left a network: its way out leads through those that it is still in. */
export async function setDefaultRoutes(
  netlink: RouteNetlink,
  namespacePath: string,
  endpoints: readonly PlacedEndpoint[],
): Promise<void> {
  const gateways = chooseGateways(endpoints);
  if (gateways.size === 0) return;
  const socket = netlink.open(namespacePath);
  try {
    for (const [family, record] of gateways) {
      const network = endpoints.find((endpoint) => endpoint.record === record)?.network;
      const linkIndex = socket.linkIndex(record.linkName);
      if (network === undefined || linkIndex === undefined) continue;
      await socket.request([setDefaultRoute({ linkIndex, gateway: gatewayOf(network, record, family) })]);
    }
  } finally {
    socket.close();
  }
}
