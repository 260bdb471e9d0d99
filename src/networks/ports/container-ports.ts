import type { ContainerId } from '../../lib/ids.ts';
import type { PortTarget } from '../../state/published-ports.ts';
import { chooseGateways, type PlacedEndpoint } from '../addresses/choose-gateways.ts';
import type { NetworkRequest } from '../container-network.ts';
import { hostBindingOf } from '../drivers/bridge-options.ts';
import type { PublishedPorts } from './published-ports.ts';

/** A container's ports are published in the network that is its way out, if that is a bridge's. */
function publicEndpoint(endpoints: readonly PlacedEndpoint[]): PlacedEndpoint | undefined {
  const gateways = chooseGateways(endpoints);
  const record = gateways.get(4) ?? gateways.get(6);
  const placed = endpoints.find((endpoint) => endpoint.record === record);
  return placed?.network.driver === 'bridge' ? placed : undefined;
}

/** @throws internal with Docker's texts for a port that cannot be had. */
export function reservePorts(
  ports: PublishedPorts,
  request: Pick<NetworkRequest, 'id' | 'name' | 'ports'>,
  endpoints: readonly PlacedEndpoint[],
): void {
  const placed = publicEndpoint(endpoints);
  if (placed === undefined) return;
  const { network, record } = placed;
  const hasIpv4 = record.ipv4Address !== '';
  ports.reserve(request, request.ports, {
    endpointId: record.endpointId,
    defaultAddress: hostBindingOf(network),
    // Packets over IPv6 are translated for a container that has none.
    families: { ipv4: hasIpv4, ipv6: hasIpv4 || record.ipv6Address !== '' },
  });
}

/** Makes a container's ports lead to where it is now. */
export async function publishPorts(
  ports: PublishedPorts,
  id: ContainerId,
  endpoints: readonly PlacedEndpoint[],
): Promise<void> {
  await ports.publish(id, targetOf(publicEndpoint(endpoints)));
}

function targetOf(placed: PlacedEndpoint | undefined): PortTarget | null {
  if (placed === undefined) return null;
  const { networkId, ipv4Address, ipv6Address } = placed.record;
  return { networkId, ipv4Address, ipv6Address };
}
