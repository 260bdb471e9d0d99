import type { StatementSync } from 'node:sqlite';
import type { ContainerId, NetworkId } from '../lib/ids.ts';
import type { StateDatabase } from './database.ts';

/** A range of addresses that a network has; IPv4 or IPv6 by its form. */
export interface NetworkSubnet {
  /** In CIDR form, host bits cleared. */
  readonly subnet: string;
  /** The host's address in it, or a router's; empty where there is none. */
  readonly gateway: string;
  /** False for a gateway that was chosen inside a subnet that somebody asked for: inspection does not show it then. */
  readonly showsGateway: boolean;
  /** The part of the subnet that addresses are given out of, in CIDR form; empty for all of it. */
  readonly ipRange: string;
  /** Addresses that belong to others, by what they are called. */
  readonly auxAddresses: Readonly<Record<string, string>>;
}

export type NetworkDriverName = 'bridge' | 'host' | 'null' | 'macvlan';

/** A network as it is kept. */
export interface NetworkRecord {
  readonly id: NetworkId;
  readonly name: string;
  readonly driver: NetworkDriverName;
  /** RFC 3339. */
  readonly created: string;
  /** At most one of each family for bridges; none for networks without addresses. */
  readonly subnets: readonly NetworkSubnet[];
  /** The families whose subnets were asked for: containers may choose their addresses only there. */
  readonly ownFamilies: readonly (4 | 6)[];
  readonly enableIpv4: boolean;
  readonly enableIpv6: boolean;
  /** No way out, and none in. */
  readonly internal: boolean;
  readonly attachable: boolean;
  /** It is there for others to be made from it, and for nothing else. */
  readonly configOnly?: boolean;
  /** The name of the network that it was made from. */
  readonly configFrom?: string;
  /** Null when the client sent none. */
  readonly ipamOptions: Readonly<Record<string, string>> | null;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a client asked of a container's place in a network. Null is kept apart from empty: inspection shows both. */
export interface EndpointSettings {
  readonly ipam: {
    readonly ipv4Address?: string;
    readonly ipv6Address?: string;
    readonly linkLocalIps?: readonly string[];
  } | null;
  /** As Docker has them: `container:alias`, names that this container alone uses for others. */
  readonly links: readonly string[] | null;
  /** Names by which others of the network find the container. */
  readonly aliases: readonly string[] | null;
  /** Empty for one that is derived from the address. */
  readonly macAddress: string;
  readonly driverOptions: Readonly<Record<string, string>> | null;
  /** The network with the highest one gives the container its way out. */
  readonly gatewayPriority: number;
}

/** Of a network that was asked for by its name alone. */
export const plainSettings: EndpointSettings = {
  ipam: null,
  links: null,
  aliases: null,
  macAddress: '',
  driverOptions: null,
  gatewayPriority: 0,
};

/** A container's place in a network, from before its address is used until after it is not any more. */
export interface EndpointRecord {
  readonly networkId: NetworkId;
  readonly containerId: ContainerId;
  readonly endpointId: string;
  /** The same for all endpoints of a container's run. */
  readonly sandboxId: string;
  /** Inside the container: `eth0` …; empty in networks without links. */
  readonly linkName: string;
  /** Each empty where the network has none of this kind. */
  readonly ipv4Address: string;
  readonly ipv6Address: string;
  readonly macAddress: string;
  readonly settings: EndpointSettings;
  /** Whether the container may set up its links itself (CAP_NET_ADMIN): its frames are not looked at then. */
  readonly configuresNetwork?: boolean;
  /** The container's name, aliases, short ID and host name: what a resolver answers for it in this network. */
  readonly dnsNames: readonly string[];
}

/** Networks and endpoints: in memory for reading, written through to the state database. */
export class NetworkState {
  readonly #database: StateDatabase;
  readonly #networks = new Map<NetworkId, NetworkRecord>();
  readonly #endpoints = new Map<NetworkId, Map<ContainerId, EndpointRecord>>();
  readonly #statements: Record<
    'putNetwork' | 'removeNetwork' | 'addEndpoint' | 'putEndpoint' | 'removeEndpoint',
    StatementSync
  >;

  constructor(database: StateDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#statements = {
      putNetwork: sql.prepare(
        'INSERT INTO networks (id, name, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document',
      ),
      removeNetwork: sql.prepare('DELETE FROM networks WHERE id = ?'),
      addEndpoint: sql.prepare(
        'INSERT INTO endpoints (network_id, container_id, address, address6, document) VALUES (?, ?, ?, ?, ?)',
      ),
      putEndpoint: sql.prepare('UPDATE endpoints SET document = ? WHERE network_id = ? AND container_id = ?'),
      removeEndpoint: sql.prepare('DELETE FROM endpoints WHERE network_id = ? AND container_id = ?'),
    };
    for (const row of sql.prepare('SELECT document FROM networks ORDER BY rowid').all()) {
      const network = JSON.parse(String(row['document'])) as NetworkRecord;
      this.#networks.set(network.id, network);
    }
    for (const row of sql.prepare('SELECT document FROM endpoints ORDER BY rowid').all()) {
      this.#remember(JSON.parse(String(row['document'])) as EndpointRecord);
    }
  }

  /** Its name must be no other network's. */
  putNetwork(network: NetworkRecord): void {
    this.#statements.putNetwork.run(network.id, network.name, JSON.stringify(network));
    this.#networks.set(network.id, network);
  }

  /** It must have no endpoints. */
  removeNetwork(id: NetworkId): void {
    this.#statements.removeNetwork.run(id);
    this.#networks.delete(id);
    this.#endpoints.delete(id);
  }

  /** In the order of their making. */
  networks(): NetworkRecord[] {
    return [...this.#networks.values()];
  }

  network(id: string): NetworkRecord | undefined {
    return this.#networks.get(id as NetworkId);
  }

  /**
   * Adds an endpoint that `make` derives from the network's addresses in use: nothing else comes between. The container
   * must have no endpoint in that network yet.
   */
  addEndpoint(networkId: NetworkId, make: (inUse: ReadonlySet<string>) => EndpointRecord): EndpointRecord {
    return this.#database.transaction(() => {
      const others = this.endpoints(networkId);
      const inUse = new Set(others.flatMap(({ ipv4Address, ipv6Address }) => [ipv4Address, ipv6Address]));
      inUse.delete('');
      const record = make(inUse);
      this.#statements.addEndpoint.run(
        networkId,
        record.containerId,
        record.ipv4Address || null,
        record.ipv6Address || null,
        JSON.stringify(record),
      );
      this.#remember(record);
      return record;
    });
  }

  /** Changes what is neither an address nor an owner. */
  putEndpoint(record: EndpointRecord): void {
    this.#statements.putEndpoint.run(JSON.stringify(record), record.networkId, record.containerId);
    this.#remember(record);
  }

  /** Gives back what was removed: of several callers at once only one gets it. */
  removeEndpoint(networkId: NetworkId, containerId: ContainerId): EndpointRecord | undefined {
    const record = this.endpoint(networkId, containerId);
    if (record === undefined) return undefined;
    this.#statements.removeEndpoint.run(networkId, containerId);
    this.#endpoints.get(networkId)?.delete(containerId);
    return record;
  }

  endpoint(networkId: string, containerId: ContainerId): EndpointRecord | undefined {
    return this.#endpoints.get(networkId as NetworkId)?.get(containerId);
  }

  /** Of one network, in the order of their making, or of all. */
  endpoints(networkId?: string): EndpointRecord[] {
    if (networkId !== undefined) return [...(this.#endpoints.get(networkId as NetworkId)?.values() ?? [])];
    return [...this.#endpoints.values()].flatMap((endpoints) => [...endpoints.values()]);
  }

  /** By the names of their links: the order in which they were connected. */
  endpointsOf(containerId: ContainerId): EndpointRecord[] {
    const found: EndpointRecord[] = [];
    for (const endpoints of this.#endpoints.values()) {
      const record = endpoints.get(containerId);
      if (record !== undefined) found.push(record);
    }
    return found.sort((a, b) => linkNumber(a) - linkNumber(b));
  }

  #remember(record: EndpointRecord): void {
    const ofNetwork = this.#endpoints.get(record.networkId) ?? new Map<ContainerId, EndpointRecord>();
    this.#endpoints.set(record.networkId, ofNetwork.set(record.containerId, record));
  }
}

function linkNumber({ linkName }: EndpointRecord): number {
  return Number(/\d+$/.exec(linkName)?.[0] ?? 0);
}
