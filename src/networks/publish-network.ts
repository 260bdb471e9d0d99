import type { NetworkRecord } from '../state/networks.ts';
import type { NetworkAction, NetworksContext } from './networks-context.ts';

/** Tells what happened to a network, with Docker's attributes: those given, its name and its driver. */
export function publishNetwork(
  { events }: Pick<NetworksContext, 'events'>,
  network: NetworkRecord,
  action: NetworkAction,
  attributes: Readonly<Record<string, string>> = {},
): void {
  events.publish({
    type: 'network',
    action,
    actorId: network.id,
    attributes: { ...attributes, name: network.name, type: network.driver },
  });
}
