import { EngineError, internalError } from '../errors/engine-error.ts';
import { type ContainerId, randomId } from '../lib/ids.ts';
import type { Family } from '../lib/ip.ts';
import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import { chooseGateways, type PlacedEndpoint } from './addresses/choose-gateways.ts';
import type { Endpoint, NetworkRequest, PreparedNetwork, Sandbox } from './container-network.ts';
import type { LinkPlan, NetworkDriver } from './drivers/driver.ts';
import { findNetwork } from './find-network.ts';
import { loopbackUp } from './loopback-up.ts';
import type { NetworksContext } from './networks-context.ts';
import { publishPorts, reservePorts } from './ports/container-ports.ts';
import { hasResolver } from './predefined.ts';
import { publishNetwork } from './publish-network.ts';
import { type AttachRequest, reserveEndpoint } from './reserve-endpoint.ts';
import { setDefaultRoutes } from './set-default-routes.ts';
import { shownEndpoint } from './shown-endpoint.ts';

/**
 * Containers' places in networks. An endpoint's row is there before its address is used and goes after it is not any
 * more, so that a crash leaves at most a row of a container that does not run, which the next start removes.
 */
export class Sandboxes {
  readonly #context: NetworksContext;

  constructor(context: NetworksContext) {
    this.#context = context;
  }

  async prepare(request: NetworkRequest): Promise<PreparedNetwork> {
    const { netlink, pins, state } = this.#context;
    if (state.endpointsOf(request.id).length > 0) await this.release(request.id);
    const id = randomId();
    try {
      const endpoints = request.networks.map((wanted) => reserveEndpoint(this.#context, { ...request, ...wanted }, id));
      const shown = endpoints.map((record) => shownEndpoint(this.networkOf(record), record));
      reservePorts(this.#context.ports, request, this.placed(request.id));
      const [first] = endpoints;
      if (first !== undefined && this.#driverOf(this.networkOf(first)).namespace === 'host') {
        return { namespace: { kind: 'host' }, sandbox: { id, key: pins.hostPath }, endpoints: shown };
      }
      await pins.create(request.id);
      const path = pins.pathOf(request.id);
      // No driver sees to one that has left all of its networks.
      if (first === undefined) await loopbackUp(netlink, path);
      return { namespace: { kind: 'path', path }, sandbox: { id, key: path }, endpoints: shown };
    } catch (error) {
      await this.release(request.id);
      throw error;
    }
  }

  async connect(id: ContainerId, servers: readonly string[] = []): Promise<void> {
    const endpoints = this.placed(id);
    const linked = this.#connectAll(endpoints).then(() => this.openResolver(id, endpoints, servers));
    await Promise.all([linked, publishPorts(this.#context.ports, id, endpoints)]);
    for (const { network } of endpoints) publishNetwork(this.#context, network, 'connect', { container: id });
  }

  /** A container keeps its name server until its end, also when it leaves the network that it was for, as with Docker. */
  async openResolver(id: ContainerId, endpoints: readonly PlacedEndpoint[], servers: readonly string[]): Promise<void> {
    const { resolvers, pins, files } = this.#context;
    if (!endpoints.some(({ network }) => hasResolver(network))) return;
    await resolvers.open(id, pins.pathOf(id), servers.length > 0 ? servers : files.dns.servers);
  }

  /** One after the other: the kernel works on links under one lock. */
  async #connectAll(endpoints: readonly PlacedEndpoint[]): Promise<void> {
    for (const { network, record } of endpoints) {
      await this.#driverOf(network).connect(network, record, this.planOf(record, endpoints));
    }
  }

  /** The way out leads through this endpoint for the families that were decided so. */
  planOf({ containerId, networkId }: EndpointRecord, endpoints: readonly PlacedEndpoint[]): LinkPlan {
    const chosen = [...chooseGateways(endpoints)].filter(([, record]) => record.networkId === networkId);
    const defaultRoutes = new Set<Family>(chosen.map(([family]) => family));
    const hairpin = this.#context.ports.of(containerId).length > 0;
    return { namespacePath: this.#context.pins.pathOf(containerId), defaultRoutes, hairpin };
  }

  async disconnect(id: ContainerId): Promise<void> {
    for (const record of await this.release(id)) {
      publishNetwork(this.#context, this.networkOf(record), 'disconnect', { container: id });
    }
  }

  /** The namespace first: while an address is in use its row is there. Gives back what was removed. */
  async release(id: ContainerId): Promise<EndpointRecord[]> {
    const { state, pins, ports, resolvers } = this.#context;
    await Promise.all([pins.remove(id), ports.withdraw(id), resolvers.close(id)]);
    return state.endpointsOf(id).flatMap(({ networkId }) => state.removeEndpoint(networkId, id) ?? []);
  }

  async attach(request: AttachRequest, sandbox: Sandbox, servers: readonly string[]): Promise<Endpoint> {
    const { state } = this.#context;
    const network = findNetwork(state.networks(), request.network);
    if (state.endpoint(network.id, request.id) !== undefined) {
      throw new EngineError(
        'forbidden',
        `endpoint with name ${request.name} already exists in network ${network.name}`,
      );
    }
    const record = reserveEndpoint(this.#context, request, sandbox.id);
    try {
      const endpoints = this.placed(request.id);
      // Its first way out: no port was taken when it started. They are the daemon's to keep, since its monitor runs.
      const { ports } = this.#context;
      if (ports.of(request.id).length === 0) reservePorts(ports, request, endpoints);
      await this.#driverOf(network).connect(network, record, this.planOf(record, endpoints));
      await Promise.all([
        this.openResolver(request.id, endpoints, servers),
        publishPorts(ports, request.id, endpoints),
      ]);
    } catch (error) {
      await this.detachRecord(record);
      throw error;
    }
    publishNetwork(this.#context, network, 'connect', { container: request.id });
    return shownEndpoint(network, record);
  }

  async detach(id: ContainerId, networkId: string): Promise<void> {
    const record = this.#context.state.endpoint(networkId, id);
    if (record === undefined) return;
    await this.detachRecord(record);
    publishNetwork(this.#context, this.networkOf(record), 'disconnect', { container: id });
  }

  /** Link, then row; another network takes over the way out. */
  async detachRecord(record: EndpointRecord): Promise<void> {
    const { state, pins } = this.#context;
    const { containerId, networkId } = record;
    await this.#driverOf(this.networkOf(record)).disconnect(record, pins.pathOf(containerId));
    state.removeEndpoint(networkId, containerId);
    await setDefaultRoutes(this.#context.netlink, pins.pathOf(containerId), this.placed(containerId));
    await publishPorts(this.#context.ports, containerId, this.placed(containerId));
  }

  /** A container's endpoints with their networks, in the order of their connecting. */
  placed(id: ContainerId): PlacedEndpoint[] {
    const { state } = this.#context;
    return state.endpointsOf(id).map((record) => ({ record, network: this.networkOf(record) }));
  }

  networkOf({ networkId }: EndpointRecord): NetworkRecord {
    const network = this.#context.state.network(networkId);
    if (network === undefined) throw internalError(`an endpoint is in the network ${networkId}, which is not there`);
    return network;
  }

  #driverOf({ driver }: NetworkRecord): NetworkDriver {
    return this.#context.drivers[driver];
  }
}
