import type { NetworkNamespace } from '../../runtime/spec/namespaces.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { namespaceOf, networkOwner } from '../spec/joined-containers.ts';
import { networkRequestOf } from './network-request.ts';
import { writeNetworkFiles } from './write-network-files.ts';

export interface EnteredNetwork {
  readonly namespace: NetworkNamespace;
  /** What the record says of the networks from now on. */
  readonly places: Pick<ContainerRecord, 'networks' | 'sandbox'>;
  /** Names that a container takes over with another one's network. */
  readonly identity: { readonly Hostname?: string; readonly Domainname?: string };
}

/**
 * A network namespace for a container that starts, and the files that tell of it. In another container's network it
 * has neither endpoints nor files of its own; without any network it has a namespace with loopback, and no files.
 * @throws not_found for a network, conflict for a donor that does not run.
 */
export async function enterNetwork(context: ContainersContext, record: ContainerRecord): Promise<EnteredNetwork> {
  const owner = networkOwner(context, record);
  if (owner.id !== record.id) {
    const { Hostname, Domainname } = owner.config;
    const places = { networks: [], sandbox: null };
    return { namespace: namespaceOf(owner), places, identity: { Hostname, Domainname } };
  }
  if (record.config.NetworkDisabled === true) {
    return { namespace: { kind: 'private' }, places: { networks: [], sandbox: null }, identity: {} };
  }
  const { namespace, sandbox, endpoints } = await context.network.prepare(networkRequestOf(record));
  await writeNetworkFiles(context, record);
  const networks = record.networks.map((asked, index) => {
    const endpoint = endpoints[index] ?? null;
    return endpoint === null ? asked : { ...asked, network: endpoint.networkId, name: endpoint.networkName, endpoint };
  });
  return { namespace, places: { networks, sandbox }, identity: {} };
}
