import { EngineError, internalError } from '../errors/engine-error.ts';
import { type ContainerId, randomId } from '../lib/ids.ts';
import type { Family } from '../lib/ip.ts';
import type { EndpointRecord, NetworkRecord } from '../state/networks.ts';
import { setDefaultRoute } from '../sys/address-message.ts';
import { checkAttachment } from './check-attachment.ts';
import { chooseGateways, type PlacedEndpoint } from './choose-gateways.ts';
import type { Endpoint, NetworkAttachment, NetworkRequest, PreparedNetwork, Sandbox } from './container-network.ts';
import { dnsNamesOf } from './dns-names.ts';
import type { LinkPlan, NetworkDriver } from './driver.ts';
import { gatewayOf } from './endpoint-addresses.ts';
import { askedLinkName } from './endpoint-options.ts';
import { findNetwork } from './find-network.ts';
import type { NetworksContext } from './networks-context.ts';
import { publishPorts, reservePorts } from './ports/container-ports.ts';
import { hasResolver } from './predefined.ts';
import { publishNetwork } from './publish-network.ts';
import { shownEndpoint } from './shown-endpoint.ts';

export type AttachRequest = Omit<NetworkRequest, 'networks'> & NetworkAttachment;

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
    const { pins, state } = this.#context;
    if (state.endpointsOf(request.id).length > 0) await this.release(request.id);
    const id = randomId();
    try {
      const endpoints = request.networks.map((wanted) => this.#reserve({ ...request, ...wanted }, id));
      const shown = endpoints.map((record) => shownEndpoint(this.networkOf(record), record));
      reservePorts(this.#context.ports, request, this.placed(request.id));
      const [first] = endpoints;
      if (first !== undefined && this.#driverOf(this.networkOf(first)).namespace === 'host') {
        return { namespace: { kind: 'host' }, sandbox: { id, key: pins.hostPath }, endpoints: shown };
      }
      await pins.create(request.id);
      const path = pins.pathOf(request.id);
      return { namespace: { kind: 'path', path }, sandbox: { id, key: path }, endpoints: shown };
    } catch (error) {
      await this.release(request.id);
      throw error;
    }
  }

  #reserve(request: AttachRequest, sandboxId: string): EndpointRecord {
    const { state } = this.#context;
    const { settings } = request;
    const network = findNetwork(state.networks(), request.network);
    const driver = this.#driverOf(network);
    checkAttachment(network, settings);
    const linkName = this.#linkName(request, driver.linkPrefix(network));
    return state.addEndpoint(network.id, (inUse) => ({
      networkId: network.id,
      containerId: request.id,
      endpointId: randomId(),
      sandboxId,
      linkName,
      settings,
      configuresNetwork: request.configuresNetwork,
      dnsNames: hasResolver(network) ? dnsNamesOf(request) : [],
      ...driver.reserve(network, settings, inUse),
    }));
  }

  #linkName({ id, settings }: AttachRequest, prefix: string | undefined): string {
    if (prefix === undefined) return '';
    const taken = new Set(this.#context.state.endpointsOf(id).map(({ linkName }) => linkName));
    const asked = askedLinkName(settings);
    if (asked !== undefined && !taken.has(asked)) return asked;
    if (asked !== undefined) throw new EngineError('conflict', `interface ${asked} is already in use`);
    for (let number = 0; ; number++) {
      if (!taken.has(`${prefix}${number}`)) return `${prefix}${number}`;
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
    const record = this.#reserve(request, sandbox.id);
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
    await this.#setDefaultRoutes(containerId);
    await publishPorts(this.#context.ports, containerId, this.placed(containerId));
  }

  async #setDefaultRoutes(id: ContainerId): Promise<void> {
    const endpoints = this.placed(id);
    const gateways = chooseGateways(endpoints);
    if (gateways.size === 0) return;
    const socket = this.#context.netlink.open(this.#context.pins.pathOf(id));
    try {
      for (const [family, record] of gateways) {
        const linkIndex = socket.linkIndex(record.linkName);
        if (linkIndex === undefined) continue;
        const gateway = gatewayOf(this.networkOf(record), record, family);
        await socket.request([setDefaultRoute({ linkIndex, gateway })]);
      }
    } finally {
      socket.close();
    }
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
