import { isEngineError } from '../errors/engine-error.ts';
import type { Filters } from '../lib/filters.ts';
import type { NetworksContext } from './networks-context.ts';
import { isPredefined } from './predefined.ts';
import { removeNetwork } from './remove-network.ts';

/**
 * Removes the networks that no running container is in and that match the filters; `untilNs` spares those made later.
 * @returns their names.
 */
export async function pruneNetworks(
  context: NetworksContext,
  filters: Filters,
  untilNs: bigint | undefined,
): Promise<readonly string[]> {
  const { state, events } = context;
  const removed: string[] = [];
  for (const network of state.networks()) {
    const { labels } = network;
    if (isPredefined(network.name) || state.endpoints(network.id).length > 0) continue;
    if (!filters.matchPairs('label', labels)) continue;
    if (filters.has('label!') && filters.matchPairs('label!', labels)) continue;
    if (untilNs !== undefined && BigInt(Date.parse(network.created)) * 1_000_000n > untilNs) continue;
    try {
      await removeNetwork(context, network);
      removed.push(network.name);
    } catch (error) {
      // A container has come in meanwhile.
      if (!isEngineError(error, 'forbidden')) throw error;
    }
  }
  events.publish({ type: 'network', action: 'prune', actorId: '', attributes: { reclaimed: '0' } });
  return removed;
}
