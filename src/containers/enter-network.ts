import type { Endpoint, NamespacePlan } from '../networks/container-network.ts';
import type { ContainersContext } from './context.ts';
import { namespaceOf, networkOwner } from './joined-containers.ts';
import { networkRequestOf } from './network-request.ts';
import type { ContainerRecord } from './record.ts';
import { writeNetworkFiles } from './write-network-files.ts';

export interface EnteredNetwork {
  readonly namespace: NamespacePlan;
  readonly endpoint: Endpoint | undefined;
  /** Names that a container takes over with another one's network. */
  readonly identity: { readonly Hostname?: string; readonly Domainname?: string };
}

/**
 * A network namespace for a container that starts, and the files that tell of it. In another container's network it
 * has neither an endpoint nor files of its own.
 * @throws not_found, conflict for a donor that does not run.
 */
export async function enterNetwork(context: ContainersContext, record: ContainerRecord): Promise<EnteredNetwork> {
  const owner = networkOwner(context, record);
  if (owner.id !== record.id) {
    const { Hostname, Domainname } = owner.config;
    return { namespace: namespaceOf(owner), endpoint: undefined, identity: { Hostname, Domainname } };
  }
  const request = networkRequestOf(record);
  const { namespace, endpoint } = await context.network.prepare(request);
  await writeNetworkFiles(context, record, request);
  return { namespace, endpoint, identity: {} };
}
