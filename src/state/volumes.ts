import type { StatementSync } from 'node:sqlite';
import type { StateDatabase } from './database.ts';

/** A volume as it is kept. */
export interface VolumeRecord {
  readonly name: string;
  /** RFC 3339, in whole seconds. */
  readonly createdAt: string;
  /** What is mounted at its folder while it is in use; `null` for a volume that is its folder. */
  readonly options: Readonly<Record<string, string>> | null;
  readonly labels: Readonly<Record<string, string>> | null;
}

/** Volumes in the state database. */
export class VolumeState {
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #all: StatementSync;

  constructor({ sql }: StateDatabase) {
    this.#insert = sql.prepare('INSERT INTO volumes (name, document) VALUES (?, ?)');
    this.#delete = sql.prepare('DELETE FROM volumes WHERE name = ?');
    this.#all = sql.prepare('SELECT document FROM volumes ORDER BY name');
  }

  insert(record: VolumeRecord): void {
    this.#insert.run(record.name, JSON.stringify(record));
  }

  /** Idempotent. */
  delete(name: string): void {
    this.#delete.run(name);
  }

  /** By name. */
  all(): VolumeRecord[] {
    return this.#all.all().map((row) => JSON.parse(String(row['document'])) as VolumeRecord);
  }
}
