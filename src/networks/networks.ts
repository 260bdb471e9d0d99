import type { Filters } from '../lib/filters.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import type { PublishedPort } from '../state/published-ports.ts';
import type { Fd } from '../sys/syscalls.ts';
import type {
  ContainerNetwork,
  Endpoint,
  FilesRequest,
  NetworkRequest,
  PreparedNetwork,
  Sandbox,
} from './container-network.ts';
import type { CreateNetworkRequest } from './create-network-request.ts';
import { containerFiles } from './files/container-files.ts';
import { findNetwork } from './find-network.ts';
import type { NetworksContext } from './networks-context.ts';
import type { AttachRequest } from './reserve-endpoint.ts';
import { releaseAllBut, restoreNetworks } from './restore-networks.ts';
import { Sandboxes } from './sandboxes.ts';
import { shownEndpoint } from './shown-endpoint.ts';

/** The networks of one daemon and the containers' places in them. Each operation's own file says what it promises. */
export class Networks implements ContainerNetwork {
  readonly #context: NetworksContext;
  readonly #sandboxes: Sandboxes;

  constructor(context: NetworksContext) {
    this.#context = context;
    this.#sandboxes = new Sandboxes(context);
  }

  // Loaded when the first network is made or removed: many a daemon has none of its own.
  create = async (request: CreateNetworkRequest): Promise<NetworkRecord> => {
    const { createNetwork } = await import('./create-network.ts');
    return createNetwork(this.#context, request);
  };
  remove = async (network: NetworkRecord): Promise<void> => {
    const { removeNetwork } = await import('./remove-network.ts');
    await removeNetwork(this.#context, network);
  };
  prune = async (filters: Filters, untilNs: bigint | undefined): Promise<readonly string[]> => {
    const { pruneNetworks } = await import('./prune-networks.ts');
    return pruneNetworks(this.#context, filters, untilNs);
  };

  find = (reference: string): NetworkRecord => findNetwork(this.list(), reference);
  prepare = (request: NetworkRequest): Promise<PreparedNetwork> => this.#sandboxes.prepare(request);
  connect = (id: ContainerId, servers?: readonly string[]): Promise<void> => this.#sandboxes.connect(id, servers);
  disconnect = (id: ContainerId): Promise<void> => this.#sandboxes.disconnect(id);

  attach = (request: AttachRequest, sandbox: Sandbox, servers: readonly string[]): Promise<Endpoint> =>
    this.#sandboxes.attach(request, sandbox, servers);

  detach = (id: ContainerId, networkId: string): Promise<void> => this.#sandboxes.detach(id, networkId);

  publishedPorts = (id: ContainerId): readonly PublishedPort[] => this.#context.ports.of(id);
  portSockets = (id: ContainerId): readonly Fd[] => this.#context.ports.sockets(id);
  closePortSockets = (id: ContainerId): void => this.#context.ports.closeSockets(id);

  endpoints(id: ContainerId): Endpoint[] {
    return this.#sandboxes.placed(id).map(({ network, record }) => shownEndpoint(network, record));
  }

  rename(id: ContainerId, oldName: string, name: string): void {
    const { state } = this.#context;
    for (const record of state.endpointsOf(id)) {
      if (!record.dnsNames.includes(oldName)) continue;
      const others = record.dnsNames.filter((one) => one !== oldName && one !== name);
      state.putEndpoint({ ...record, dnsNames: [name, ...others] });
    }
  }

  files(request: FilesRequest): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
    const endpoints = this.#sandboxes.placed(request.id);
    const hostGateway = this.find('bridge').subnets[0]?.gateway ?? '';
    return containerFiles(request, { ...this.#context.files, endpoints, hostGateway });
  }

  restore(running: ReadonlySet<ContainerId>): Promise<void> {
    return restoreNetworks(this.#context, this.#sandboxes, running);
  }

  /** At the daemon's end: what only a daemon with containers needs of others' firewalls goes. */
  async close(): Promise<void> {
    if (this.#context.state.endpoints().length === 0) await this.#context.rules.leaveDockerUser();
  }

  /** All that networks made on the host is gone: links, rules and namespaces, those of running containers as well. */
  async teardown(): Promise<void> {
    const { pins, drivers, rules } = this.#context;
    await pins.open();
    await releaseAllBut(this.#context, this.#sandboxes, new Set());
    for (const network of this.list()) await drivers[network.driver].down(network);
    await rules.remove();
  }

  /** The rules of a network, for people. */
  rules(network: NetworkRecord): Promise<string> {
    return this.#context.rules.describe(network, this.endpointsIn(network));
  }

  /** In the order of their making. */
  list(): NetworkRecord[] {
    return this.#context.state.networks();
  }

  endpointsIn(network: NetworkRecord): EndpointRecord[] {
    return this.#context.state.endpoints(network.id);
  }
}
