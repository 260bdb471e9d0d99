import type { StatementSync } from 'node:sqlite';
import type { StateDatabase } from './database.ts';

export interface ContainerRow {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly createdAtNs: bigint;
  /** The whole record as JSON. */
  readonly document: string;
}

/** The rows of all containers. Each method is one statement; callers that need several wrap them in a transaction. */
export class ContainersTable {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #all: StatementSync;

  constructor(database: StateDatabase) {
    const { sql } = database;
    this.#insert = sql.prepare(
      'INSERT INTO containers (id, name, image_id, created_at_ns, document) VALUES (?, ?, ?, ?, ?)',
    );
    this.#update = sql.prepare('UPDATE containers SET name = ?, document = ? WHERE id = ?');
    this.#delete = sql.prepare('DELETE FROM containers WHERE id = ?');
    this.#all = sql.prepare(
      'SELECT id, name, image_id, created_at_ns, document FROM containers ORDER BY created_at_ns',
    );
    this.#all.setReadBigInts(true);
  }

  /** A name or ID that is taken fails by the table's constraints. */
  insert(row: ContainerRow): void {
    this.#insert.run(row.id, row.name, row.imageId, row.createdAtNs, row.document);
  }

  update(id: string, change: { readonly name: string; readonly document: string }): void {
    this.#update.run(change.name, change.document, id);
  }

  delete(id: string): void {
    this.#delete.run(id);
  }

  /** Oldest first. */
  all(): ContainerRow[] {
    return this.#all.all().map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      imageId: String(row['image_id']),
      createdAtNs: BigInt(row['created_at_ns'] as bigint),
      document: String(row['document']),
    }));
  }
}
