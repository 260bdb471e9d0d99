import type { StatementSync } from 'node:sqlite';
import type { ContainerId } from '../lib/ids.ts';
import type { StateDatabase } from './database.ts';

/** A port of the host, and which of the container's it leads to. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly containerPort: number;
  /** `0.0.0.0` and `::` for every address of their family. */
  readonly hostAddress: string;
  readonly hostPort: number;
}

/** Where packets go. An address is empty where the network has none of that family. */
export interface PortTarget {
  readonly networkId: string;
  readonly ipv4Address: string;
  readonly ipv6Address: string;
}

export interface PublishedPortsRecord {
  readonly containerId: ContainerId;
  /** What a person calls the container. */
  readonly containerName: string;
  readonly ports: readonly PublishedPort[];
  /** Null while the container has no address that they could lead to. */
  readonly target: PortTarget | null;
}

/** Published ports: in memory for reading, written through to the state database. */
export class PublishedPortsState {
  readonly #records = new Map<ContainerId, PublishedPortsRecord>();
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  constructor({ sql }: StateDatabase) {
    this.#put = sql.prepare(
      'INSERT INTO published_ports (container_id, document) VALUES (?, ?) ON CONFLICT DO UPDATE SET document = excluded.document',
    );
    this.#remove = sql.prepare('DELETE FROM published_ports WHERE container_id = ?');
    for (const { document } of sql.prepare('SELECT document FROM published_ports ORDER BY rowid').all()) {
      const record = JSON.parse(String(document)) as PublishedPortsRecord;
      this.#records.set(record.containerId, record);
    }
  }

  put(record: PublishedPortsRecord): void {
    this.#put.run(record.containerId, JSON.stringify(record));
    this.#records.set(record.containerId, record);
  }

  remove(id: ContainerId): void {
    this.#remove.run(id);
    this.#records.delete(id);
  }

  get(id: ContainerId): PublishedPortsRecord | undefined {
    return this.#records.get(id);
  }

  all(): PublishedPortsRecord[] {
    return [...this.#records.values()];
  }
}
