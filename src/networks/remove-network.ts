import { EngineError } from '../errors/engine-error.ts';
import type { NetworkRecord } from '../state/networks.ts';
import { CHANGES } from './create-network.ts';
import type { NetworksContext } from './networks-context.ts';
import { isPredefined } from './predefined.ts';
import { publishNetwork } from './publish-network.ts';

/**
 * Removes a network that no running container is in. The record goes first: after a crash in between, the next start
 * removes the rest.
 * @throws forbidden with Docker's texts.
 */
export function removeNetwork(context: NetworksContext, network: NetworkRecord): Promise<void> {
  return context.locks.run(CHANGES, async () => {
    const { state, drivers, rules } = context;
    if (isPredefined(network.name)) {
      throw new EngineError('forbidden', `${network.name} is a pre-defined network and cannot be removed`);
    }
    if (state.endpoints(network.id).length > 0) {
      throw new EngineError(
        'forbidden',
        `error while removing network: network ${network.name} id ${network.id} has active endpoints`,
      );
    }
    state.removeNetwork(network.id);
    await drivers[network.driver].down(network);
    await rules.apply(state.networks());
    publishNetwork(context, network, 'destroy');
  });
}
