import { EngineError } from '../errors/engine-error.ts';
import type { NetworkRecord } from '../state/networks.ts';
import { refuseUsedConfiguration } from './configurations.ts';
import { CHANGES, type NetworksContext } from './networks-context.ts';
import { isPredefined } from './predefined.ts';
import { publishNetwork } from './publish-network.ts';

/**
 * Removes a network that no running container is in. The record goes first: after a crash in between, the next start
 * removes the rest.
 * @throws forbidden with Docker's texts.
 */
export function removeNetwork(context: NetworksContext, network: NetworkRecord): Promise<void> {
  return context.locks.run(CHANGES, async () => {
    if (isPredefined(network.name)) {
      throw new EngineError('forbidden', `${network.name} is a pre-defined network and cannot be removed`);
    }
    refuseUsedConfiguration(context.state.networks(), network);
    if (context.state.endpoints(network.id).length > 0) {
      throw new EngineError(
        'forbidden',
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      );
    }
    await removeLocked(context, [network]);
  });
}

/** The caller holds the lock and knows that no container is in there. The rules are made anew once for all of them. */
export async function removeLocked(context: NetworksContext, networks: readonly NetworkRecord[]): Promise<void> {
  const { state, drivers, rules } = context;
  for (const { id } of networks) state.removeNetwork(id);
  // The kernel takes tens of milliseconds for a bridge; the rules know it by its name alone.
  const down = async (): Promise<void> => {
    for (const network of networks) await drivers[network.driver].down(network);
  };
  await Promise.all([down(), rules.apply(state.networks())]);
  for (const network of networks) publishNetwork(context, network, 'destroy');
}
