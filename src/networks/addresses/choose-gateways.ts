import type { Family } from '../../lib/ip.ts';
import type { EndpointRecord, NetworkRecord } from '../../state/networks.ts';
import { gatewayOf } from './endpoint-addresses.ts';

export interface PlacedEndpoint {
  readonly network: NetworkRecord;
  readonly record: EndpointRecord;
}

/**
 * Which of a container's endpoints leads outside, per family: the one with the highest priority, then one that does for
 * both families, then the first by its network's name. Internal networks lead nowhere.
 */
export function chooseGateways(endpoints: readonly PlacedEndpoint[]): ReadonlyMap<Family, EndpointRecord> {
  const leads = ({ network, record }: PlacedEndpoint, family: Family): boolean =>
    gatewayOf(network, record, family) !== '';
  const ranked = endpoints.toSorted(
    (a, b) =>
      b.record.settings.gatewayPriority - a.record.settings.gatewayPriority ||
      Number(leads(b, 4) && leads(b, 6)) - Number(leads(a, 4) && leads(a, 6)) ||
      (a.network.name < b.network.name ? -1 : 1),
  );
  const chosen = new Map<Family, EndpointRecord>();
  for (const family of [4, 6] as const) {
    const first = ranked.find((endpoint) => leads(endpoint, family));
    if (first !== undefined) chosen.set(family, first.record);
  }
  return chosen;
}
