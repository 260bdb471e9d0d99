import { EngineError, invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { checkAttachment } from '../../networks/check-attachment.ts';
import type { Endpoint, Sandbox } from '../../networks/container-network.ts';
import type { EndpointSettings, NetworkRecord } from '../../state/networks.ts';
import type { ContainersContext } from '../context.ts';
import { type ContainerNetworkRecord, type ContainerRecord, isRunning } from '../record.ts';
import { donorReference } from '../spec/joined-containers.ts';
import { configuresNetwork } from './network-request.ts';
import { portRequestsOf } from './port-requests.ts';
import { replaceResolvConf } from './replace-resolv-conf.ts';
import { updateOwnHosts } from './update-own-hosts.ts';
import { networkFiles } from './write-network-files.ts';

/**
 * Puts a container into one more network: at once when it runs, otherwise from its next start on. The record is
 * committed before anything is made, so that after a crash in between the next start of the daemon finishes it.
 * @throws not_found, forbidden when it is in there, invalid_argument; Docker's texts. It stays where it is then.
 */
export async function connectToNetwork(
  context: ContainersContext,
  ref: string,
  reference: string,
  settings: EndpointSettings,
): Promise<void> {
  const { id } = context.store.resolve(ref);
  await context.locks.run(id, async () => {
    const record = context.store.get(id);
    refuseRemoved(record);
    const live = hasSandbox(record);
    const network = lookUp(context, reference, live);
    if (network !== undefined) checkTogether(context, record, network);
    checkAttachment(network, settings);
    const name = network?.name ?? reference;
    if (record.networks.some((one) => one.name === name)) {
      // Docker keeps what was asked for first.
      if (!live) return;
      throw new EngineError('forbidden', `endpoint with name ${record.name} already exists in network ${name}`);
    }
    const added = { network: network?.id ?? reference, name, settings, endpoint: null };
    context.store.update(id, { networks: [...record.networks, added] });
    if (live) await attachLocked(context, id, added);
  });
}

/** The record has the network already; when it cannot be had, it goes from there. The caller holds the container's lock. */
export async function attachLocked(
  context: ContainersContext,
  id: ContainerId,
  added: ContainerNetworkRecord,
): Promise<void> {
  const { store, options } = context;
  const record = store.get(id);
  if (record.sandbox === null) return;
  const before = await networkFiles(context, record);
  try {
    const endpoint = await attach(context, record, record.sandbox, added);
    store.update(id, { networks: withEndpoint(store.get(id).networks, added.name, endpoint) });
  } catch (error) {
    store.update(id, { networks: store.get(id).networks.filter(({ name }) => name !== added.name) });
    throw error;
  }
  try {
    await updateOwnHosts(context, store.get(id));
    await replaceResolvConf(context, record, before.resolvConf);
  } catch (error) {
    // It is in the network all the same.
    options.logError(`the files of container ${id} do not tell of the network ${added.name}`, error);
  }
}

function attach(
  context: ContainersContext,
  { id, name, config, hostConfig }: ContainerRecord,
  sandbox: Sandbox,
  { network, settings }: ContainerNetworkRecord,
): Promise<Endpoint> {
  const hostname = config.Hostname;
  const request = {
    id,
    name,
    hostname,
    configuresNetwork: configuresNetwork(hostConfig),
    ports: portRequestsOf(config, hostConfig),
    network,
    settings,
  };
  return context.network.attach(request, sandbox, hostConfig.Dns ?? []);
}

function withEndpoint(
  networks: readonly ContainerNetworkRecord[],
  name: string,
  endpoint: Endpoint,
): ContainerNetworkRecord[] {
  return networks.map((one) => (one.name === name ? { ...one, network: endpoint.networkId, endpoint } : one));
}

/** Whether it is in its networks at this moment; one that waits for its restart is in none. */
export function hasSandbox(record: ContainerRecord): boolean {
  return isRunning(record) && record.state.status !== 'restarting';
}

export function refuseRemoved({ id, state }: ContainerRecord): void {
  if (state.status === 'removing' || state.status === 'dead') {
    throw new EngineError(
      'conflict',
      `Container ${id} is marked for removal and cannot be connected or disconnected to the network`,
    );
  }
}

/** A container that does not run may be connected to a network that is made later. */
function lookUp({ network }: ContainersContext, reference: string, isNeeded: boolean): NetworkRecord | undefined {
  try {
    return network.find(reference);
  } catch (error) {
    if (isNeeded || !isEngineError(error, 'not_found')) throw error;
    return undefined;
  }
}

export function hostIsApart(): EngineError {
  return invalidArgument('container cannot be disconnected from host network or connected to host network');
}

/** Which kinds of networks a container cannot be in at a time. */
function checkTogether(
  context: ContainersContext,
  { hostConfig, networks }: ContainerRecord,
  network: NetworkRecord,
): void {
  const shares = donorReference(hostConfig.NetworkMode) !== undefined;
  const sharing = invalidArgument(
    'container sharing network namespace with another container or host cannot be connected to any other network',
  );
  if (shares) throw sharing;
  if (networks.some(({ name }) => name === network.name)) return;
  const isOnHost = hostConfig.NetworkMode === 'host';
  if (isOnHost && network.driver !== 'host') throw sharing;
  if (!isOnHost && network.driver === 'host') throw hostIsApart();
  const others = networks.map(({ name }) => lookUp(context, name, false));
  if (others.length > 0 && [...others, network].some((one) => one?.name === 'none')) {
    throw invalidArgument(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  }
}
