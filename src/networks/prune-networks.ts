import type { Filters } from '../lib/filters.ts';
import { isConfiguration } from './configurations.ts';
import { CHANGES, type NetworksContext } from './networks-context.ts';
import { isPredefined } from './predefined.ts';
import { removeLocked } from './remove-network.ts';

const NS_PER_MS = 1_000_000n;

/**
 * Removes the networks that no running container is in and that match the filters; `untilNs` spares those made later.
 * @returns their names.
 */
export async function pruneNetworks(
  context: NetworksContext,
  filters: Filters,
  untilNs: bigint | undefined,
): Promise<readonly string[]> {
  const { state, events, locks } = context;
  const removed = await locks.run(CHANGES, async () => {
    const unused = state.networks().filter((network) => {
      const { id, name, labels, created } = network;
      if (isPredefined(name) || isConfiguration(network) || state.endpoints(id).length > 0) return false;
      if (!filters.matchPairs('label', labels)) return false;
      if (filters.has('label!') && filters.matchPairs('label!', labels)) return false;
      return untilNs === undefined || BigInt(Date.parse(created)) * NS_PER_MS <= untilNs;
    });
    if (unused.length > 0) await removeLocked(context, unused);
    return unused;
  });
  events.publish({ type: 'network', action: 'prune', actorId: '', attributes: { reclaimed: '0' } });
  return removed.map(({ name }) => name);
}
