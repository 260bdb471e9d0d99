import type { ContainerId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';
import { attachLocked, hasSandbox } from './connect-network.ts';
import { updateOwnHosts } from './update-own-hosts.ts';

/**
 * Finishes what a crash cut short: a running container is in the networks that its record names, and in no other.
 * Never fails; what cannot be had is logged and taken out of the record.
 */
export async function reconcileNetworks(context: ContainersContext, id: ContainerId): Promise<void> {
  const { store, network, options } = context;
  const record = store.get(id);
  if (record.sandbox === null || !hasSandbox(record)) return;
  const endpoints = network.endpoints(id);
  for (const endpoint of endpoints) {
    if (record.networks.some((one) => one.network === endpoint.networkId || one.name === endpoint.networkName))
      continue;
    try {
      await network.detach(id, endpoint.networkId);
    } catch (error) {
      options.logError(`container ${id} could not leave the network ${endpoint.networkName}`, error);
    }
  }
  for (const wanted of record.networks) {
    const found = endpoints.find(
      ({ networkId, networkName }) => networkId === wanted.network || networkName === wanted.name,
    );
    if (found !== undefined && wanted.endpoint?.endpointId === found.endpointId) continue;
    try {
      // Connected, but the record was not told of it.
      if (found !== undefined) await network.detach(id, found.networkId);
      await attachLocked(context, id, wanted);
    } catch (error) {
      options.logError(`container ${id} could not be put into the network ${wanted.name}`, error);
    }
  }
  try {
    await updateOwnHosts(context, store.get(id));
  } catch (error) {
    options.logError(`/etc/hosts of container ${id} does not tell of its networks`, error);
  }
}
