import type { StatementSync } from 'node:sqlite';
import type { ContainerId, NetworkId } from '../lib/ids.ts';
import type { StateDatabase } from './database.ts';

/** A network as it is kept. `subnet` and `gateway` are empty for networks without addresses. */
export interface NetworkRecord {
  readonly id: NetworkId;
  readonly name: string;
  readonly driver: 'bridge' | 'host' | 'null';
  /** RFC 3339. */
  readonly created: string;
  /** In CIDR form. */
  readonly subnet: string;
  readonly gateway: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container's place in a network, from before its address is used until after its namespace is gone. */
export interface EndpointRecord {
  readonly networkId: NetworkId;
  readonly containerId: ContainerId;
  readonly endpointId: string;
  readonly sandboxId: string;
  /** Empty for networks without addresses, as is `macAddress`. */
  readonly address: string;
  readonly macAddress: string;
}

/** Networks and endpoints in the state database. */
export class NetworkState {
  readonly #database: StateDatabase;
  readonly #statements: Record<
    'put' | 'all' | 'add' | 'remove' | 'ofContainer' | 'ofNetwork' | 'allEndpoints' | 'addresses',
    StatementSync
  >;

  constructor(database: StateDatabase) {
    this.#database = database;
    const { sql } = database;
    this.#statements = {
      put: sql.prepare(
        'INSERT INTO networks (id, name, document) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document',
      ),
      all: sql.prepare('SELECT document FROM networks ORDER BY rowid'),
      add: sql.prepare('INSERT INTO endpoints (network_id, container_id, address, document) VALUES (?, ?, ?, ?)'),
      remove: sql.prepare('DELETE FROM endpoints WHERE container_id = ? RETURNING document'),
      ofContainer: sql.prepare('SELECT document FROM endpoints WHERE container_id = ?'),
      ofNetwork: sql.prepare('SELECT document FROM endpoints WHERE network_id = ? ORDER BY rowid'),
      allEndpoints: sql.prepare('SELECT document FROM endpoints ORDER BY rowid'),
      addresses: sql.prepare('SELECT address FROM endpoints WHERE network_id = ? AND address IS NOT NULL'),
    };
  }

  putNetwork(network: NetworkRecord): void {
    this.#statements.put.run(network.id, network.name, JSON.stringify(network));
  }

  networks(): NetworkRecord[] {
    return this.#statements.all.all().map((row) => JSON.parse(String(row['document'])) as NetworkRecord);
  }

  /**
   * Adds an endpoint that `make` derives from the network's addresses in use, in one transaction. The container must
   * have no endpoint in that network yet.
   */
  addEndpoint(networkId: NetworkId, make: (inUse: ReadonlySet<string>) => EndpointRecord): EndpointRecord {
    return this.#database.transaction(() => {
      const inUse = new Set(this.#statements.addresses.all(networkId).map((row) => String(row['address'])));
      const record = make(inUse);
      const address = record.address === '' ? null : record.address;
      this.#statements.add.run(networkId, record.containerId, address, JSON.stringify(record));
      return record;
    });
  }

  /** Gives back what was removed: of several callers at once only one gets it. */
  removeEndpoint(containerId: ContainerId): EndpointRecord | undefined {
    return endpointOf(this.#statements.remove.all(containerId)[0]);
  }

  endpoint(containerId: ContainerId): EndpointRecord | undefined {
    return endpointOf(this.#statements.ofContainer.get(containerId));
  }

  endpoints(networkId?: NetworkId): EndpointRecord[] {
    const { ofNetwork, allEndpoints } = this.#statements;
    const rows = networkId === undefined ? allEndpoints.all() : ofNetwork.all(networkId);
    return rows.map(endpointOf).filter((record) => record !== undefined);
  }
}

function endpointOf(row: Record<string, unknown> | undefined): EndpointRecord | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row['document'])) as EndpointRecord);
}
