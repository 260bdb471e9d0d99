import { internalError, isEngineError } from '../../errors/engine-error.ts';
import type { NetworkRecord } from '../../state/networks.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { hasSandbox, hostIsApart, refuseRemoved } from './connect-network.ts';
import { updateOwnHosts } from './update-own-hosts.ts';

/**
 * Takes a container out of a network: at once when it runs, otherwise from its next start on. The record is committed
 * first; after a crash the next start of the daemon does the rest. `force` also takes it out of one that is gone.
 * @throws not_found, internal when it is not in there; Docker's texts.
 */
export async function disconnectFromNetwork(
  context: ContainersContext,
  ref: string,
  reference: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const { store, locks } = context;
  const { id } = store.resolve(ref);
  await locks.run(id, async () => {
    const record = store.get(id);
    refuseRemoved(record);
    const live = hasSandbox(record);
    const network = lookUp(context, reference, live && !force);
    const name = network?.name ?? reference;
    const found = record.networks.find((one) => one.name === name);
    if (live && network?.driver === 'host' && record.hostConfig.NetworkMode === 'host') throw hostIsApart();
    if (found === undefined)
      throw notConnected(record, live && network !== undefined ? 'network' : 'the network', name);
    store.update(id, { networks: record.networks.filter((one) => one !== found) });
    if (live && network !== undefined) {
      try {
        await context.network.detach(id, network.id);
      } catch (error) {
        store.update(id, { networks: record.networks });
        throw error;
      }
      await updateOwnHosts(context, store.get(id)).catch((error: unknown) =>
        context.options.logError(`/etc/hosts of container ${id} still tells of the network ${name}`, error),
      );
    } else if (network !== undefined) {
      context.events.publish({
        type: 'network',
        action: 'disconnect',
        actorId: network.id,
        attributes: { container: id, name: network.name, type: network.driver },
      });
    }
  });
}

function notConnected({ id }: ContainerRecord, which: string, name: string): Error {
  return internalError(`container ${id} is not connected to ${which} ${name}`);
}

function lookUp({ network }: ContainersContext, reference: string, isNeeded: boolean): NetworkRecord | undefined {
  try {
    return network.find(reference);
  } catch (error) {
    if (isNeeded || !isEngineError(error, 'not_found')) throw error;
    return undefined;
  }
}
