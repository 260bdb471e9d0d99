import type { ContainerId } from '../../lib/ids.ts';
import type { ContainersContext } from '../context.ts';
import { linkedFrom } from './links.ts';
import { writeNetworkFiles } from './write-network-files.ts';

/** A container has started, perhaps with another address than before: those that link to it find it there. Never fails. */
export async function updateLinkedHosts(context: ContainersContext, id: ContainerId): Promise<void> {
  for (const record of linkedFrom(context, id)) {
    try {
      await writeNetworkFiles(context, record);
    } catch (error) {
      context.options.logError(`container ${record.id} does not learn the new address of ${id}`, error);
    }
  }
}
