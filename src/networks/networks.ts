import { networkNotFound } from '../errors/networks.ts';
import { type ContainerId, randomId } from '../lib/ids.ts';
import type { EndpointRecord, NetworkRecord, NetworkState } from '../state/networks.ts';
import { containerFiles, type FilesContext, type FilesRequest } from './container-files.ts';
import type { ContainerNetwork, Endpoint, NamespacePlan, NetworkRequest } from './container-network.ts';
import type { NetworkDriver } from './driver.ts';
import type { HostRules } from './host-rules.ts';
import { parseCidr } from './ipv4.ts';
import type { NamespacePins } from './namespace-pins.ts';
import { predefinedNetworks } from './predefined.ts';

/** What networks tell the world, in the shape of an engine event. */
export interface NetworkEventSink {
  publish(event: {
    readonly type: 'network';
    readonly action: 'connect' | 'disconnect';
    readonly actorId: string;
    readonly attributes: Readonly<Record<string, string>>;
  }): void;
}

export interface NetworksParts {
  readonly state: NetworkState;
  readonly drivers: Readonly<Record<NetworkRecord['driver'], NetworkDriver>>;
  readonly pins: NamespacePins;
  readonly rules: Pick<HostRules, 'apply' | 'remove'>;
  readonly events: NetworkEventSink;
  readonly files: Pick<FilesContext, 'host' | 'dns'>;
  /** Options of the default bridge network, which follow the daemon's flags. */
  readonly bridgeOptions: Readonly<Record<string, string>>;
}

/** The networks of one daemon and the containers' places in them. */
export class Networks implements ContainerNetwork {
  readonly #parts: NetworksParts;

  constructor(parts: NetworksParts) {
    this.#parts = parts;
  }

  async prepare(request: NetworkRequest): Promise<{ namespace: NamespacePlan; endpoint: Endpoint }> {
    const { state, pins } = this.#parts;
    await this.#release(request.id);
    const network = this.#named(request.mode);
    const driver = this.#driverOf(network);
    const record = state.addEndpoint(network.id, (inUse) => ({
      networkId: network.id,
      containerId: request.id,
      endpointId: randomId(),
      sandboxId: randomId(),
      ...driver.reserve(network, request, inUse),
    }));
    const endpoint = this.#shown(network, record);
    if (driver.namespace === 'host') return { namespace: { kind: 'host' }, endpoint };
    try {
      await pins.create(request.id);
    } catch (error) {
      await this.#release(request.id);
      throw error;
    }
    return { namespace: { kind: 'path', path: pins.pathOf(request.id) }, endpoint };
  }

  async connect(id: ContainerId): Promise<void> {
    const { state, pins } = this.#parts;
    const record = state.endpoint(id);
    if (record === undefined) return;
    const network = this.#byId(record.networkId);
    await this.#driverOf(network).connect(network, record, pins.pathOf(id));
    this.#publish('connect', network, id);
  }

  async disconnect(id: ContainerId): Promise<void> {
    const record = await this.#release(id);
    if (record !== undefined) this.#publish('disconnect', this.#byId(record.networkId), id);
  }

  /** The namespace first: while the address is in use its row is there. */
  async #release(id: ContainerId): Promise<EndpointRecord | undefined> {
    const { state, pins } = this.#parts;
    const record = state.endpoint(id);
    if (record === undefined) return undefined;
    if (this.#driverOf(this.#byId(record.networkId)).namespace === 'own') await pins.remove(id);
    return state.removeEndpoint(id);
  }

  endpoint(id: ContainerId): Endpoint | undefined {
    const record = this.#parts.state.endpoint(id);
    return record === undefined ? undefined : this.#shown(this.#byId(record.networkId), record);
  }

  files(request: FilesRequest): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
    const { state, files } = this.#parts;
    const address = state.endpoint(request.id)?.address ?? '';
    return containerFiles(request, { ...files, address, hostGateway: this.#named('bridge').gateway });
  }

  async restore(running: ReadonlySet<ContainerId>): Promise<void> {
    const { state, pins } = this.#parts;
    await pins.open();
    for (const network of predefinedNetworks(this.#parts.bridgeOptions)) {
      const kept = this.list().find(({ name }) => name === network.name);
      // They follow the daemon's flags, and the bridge's name the data root, also when that was moved.
      state.putNetwork(kept === undefined ? network : { ...kept, options: network.options });
    }
    await this.#releaseAllBut(running);
    for (const network of this.list()) {
      const inUse = state.endpoints(network.id).length > 0;
      await this.#driverOf(network).up(network, { inUse, keep: (changed) => state.putNetwork(changed) });
    }
    await this.#parts.rules.apply(this.list());
  }

  /** All that networks made on the host is gone: links, rules and namespaces, those of running containers as well. */
  async teardown(): Promise<void> {
    await this.#parts.pins.open();
    await this.#releaseAllBut(new Set());
    for (const network of this.list()) await this.#driverOf(network).down(network);
    await this.#parts.rules.remove();
  }

  async #releaseAllBut(running: ReadonlySet<ContainerId>): Promise<void> {
    const { state, pins } = this.#parts;
    const known = state.endpoints().map(({ containerId }) => containerId);
    for (const id of known) {
      if (!running.has(id)) await this.#release(id);
    }
    // Pinned by a daemon that died before it could keep a row, or whose state is gone.
    for (const id of await pins.list()) {
      if (!running.has(id)) await pins.remove(id);
    }
  }

  /** In the order of their making. */
  list(): NetworkRecord[] {
    return this.#parts.state.networks();
  }

  endpoints(network: NetworkRecord): EndpointRecord[] {
    return this.#parts.state.endpoints(network.id);
  }

  #named(name: string): NetworkRecord {
    const network = this.list().find((candidate) => candidate.name === name);
    if (network === undefined) throw networkNotFound(name);
    return network;
  }

  #byId(id: string): NetworkRecord {
    const network = this.list().find((candidate) => candidate.id === id);
    if (network === undefined) throw networkNotFound(id);
    return network;
  }

  #driverOf(network: NetworkRecord): NetworkDriver {
    return this.#parts.drivers[network.driver];
  }

  #shown(network: NetworkRecord, record: EndpointRecord): Endpoint {
    const { pins } = this.#parts;
    const ownNamespace = this.#driverOf(network).namespace === 'own';
    return {
      networkId: network.id,
      networkName: network.name,
      endpointId: record.endpointId,
      sandboxId: record.sandboxId,
      sandboxKey: ownNamespace ? pins.pathOf(record.containerId) : pins.hostPath,
      macAddress: record.macAddress,
      ipAddress: record.address,
      ipPrefixLength: record.address === '' ? 0 : parseCidr(network.subnet).subnet.prefixLength,
      gateway: record.address === '' ? '' : network.gateway,
    };
  }

  #publish(action: 'connect' | 'disconnect', network: NetworkRecord, id: ContainerId): void {
    this.#parts.events.publish({
      type: 'network',
      action,
      actorId: network.id,
      attributes: { container: id, name: network.name, type: network.driver },
    });
  }
}
