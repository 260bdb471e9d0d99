import type { StatementSync } from 'node:sqlite';
import { layerNotFound } from '../errors/layers.ts';
import type { ChainId, DiffId, Digest } from '../lib/digest.ts';
import { chainIdOf } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { StateDatabase } from './database.ts';

export interface LayerRecord {
  readonly chainId: ChainId;
  readonly parent: ChainId | undefined;
  readonly diffId: DiffId;
  /** The tar as it arrived (perhaps compressed), in the content store. */
  readonly blob: Digest;
  readonly mediaType: string;
  /** The sum of the sizes of the files in this layer alone. */
  readonly sizeBytes: number;
  /**
   * The name of the directory that holds the unpacked layer, below the layer store's own. Layers with the same diff ID on
   * other parents may have it as well.
   */
  readonly directory: string;
  /** The same compressed, in the content store: made for a layer that arrived as a plain tar and was pushed. */
  readonly compressedBlob?: Digest;
}

type Row = Record<string, string | number | bigint | null | Uint8Array>;

/** The layers that are whole on disk, and what stands on them. */
export class LayerRecords {
  readonly #database: StateDatabase;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  find(chainId: ChainId): LayerRecord | undefined {
    return toRecord(this.#get('SELECT * FROM layers WHERE chain_id = ?', chainId));
  }

  findByBlob(parent: ChainId | undefined, blob: Digest): LayerRecord | undefined {
    return toRecord(this.#get('SELECT * FROM layers WHERE blob = ? AND parent IS ?', blob, parent ?? null));
  }

  directories(): Set<string> {
    const rows = this.#database.sql.prepare('SELECT directory FROM layers').all();
    return new Set(rows.map((row) => String(row['directory'])));
  }

  /** Keeps the record, unless there is one of that chain ID: the one that is kept is returned. */
  insert(record: LayerRecord): LayerRecord {
    return this.#database.transaction(() => {
      const known = this.find(record.chainId);
      if (known !== undefined) return known;
      const { chainId, parent, diffId, blob, mediaType, sizeBytes, directory, compressedBlob } = record;
      this.#run(
        `INSERT INTO layers (chain_id, parent, diff_id, blob, media_type, size_bytes, directory, compressed_blob)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        chainId,
        parent ?? null,
        diffId,
        blob,
        mediaType,
        sizeBytes,
        directory,
        compressedBlob ?? null,
      );
      return record;
    });
  }

  /**
   * The same for a layer that is not on the disk for certain yet: a mark says so until it is taken away (`UnsyncedState`).
   * `also` runs in the same transaction; `bootId` is the running host's.
   */
  insertUnsynced(record: LayerRecord, bootId: string, also: () => void): LayerRecord {
    return this.#database.transaction(() => {
      const kept = this.insert(record);
      if (kept === record) this.#run('INSERT INTO unsynced_layers VALUES (?, ?)', record.chainId, bootId);
      also();
      return kept;
    });
  }

  /**
   * Keeps a record of what the layer `source` holds, on another parent and in the same directory; of one that is there
   * already nothing is made. Marked as not synced where the source is. `also` runs in the same transaction.
   * @throws layerNotFound.
   */
  insertLinked(source: ChainId, parent: ChainId | undefined, also: (kept: LayerRecord) => void): LayerRecord {
    return this.#database.transaction(() => {
      const from = this.find(source);
      if (from === undefined) throw layerNotFound(source);
      const chainId = chainIdOf(parent, from.diffId);
      const kept = this.insert({ ...from, chainId, parent });
      if (kept.directory === from.directory) {
        this.#run(
          'INSERT OR IGNORE INTO unsynced_layers SELECT ?, boot_id FROM unsynced_layers WHERE chain_id = ?',
          chainId,
          source,
        );
      }
      also(kept);
      return kept;
    });
  }

  /**
   * Deletes `top` and its parents, as far as no image, container or other layer stands on them and `isHeld` does not
   * say otherwise. Returns what went, topmost first.
   */
  release(top: ChainId, isHeld: (chainId: ChainId) => boolean): LayerRecord[] {
    return this.#database.transaction(() => {
      const gone: LayerRecord[] = [];
      for (let next: ChainId | undefined = top; next !== undefined; ) {
        const record = this.find(next);
        if (record === undefined || isHeld(next) || this.#isReferenced(next)) break;
        this.#run('DELETE FROM unsynced_layers WHERE chain_id = ?', next);
        this.#run('DELETE FROM layers WHERE chain_id = ?', next);
        gone.push(record);
        next = record.parent;
      }
      return gone;
    });
  }

  isBlobNamed(blob: Digest): boolean {
    return this.#get('SELECT 1 FROM layers WHERE blob = ? OR compressed_blob = ?', blob, blob) !== undefined;
  }

  isDirectoryNamed(directory: string): boolean {
    return this.#get('SELECT 1 FROM layers WHERE directory = ?', directory) !== undefined;
  }

  /** For all layers with this content, whatever they stand on. */
  setCompressedBlob(diffId: DiffId, blob: Digest): void {
    this.#run('UPDATE layers SET compressed_blob = ? WHERE diff_id = ?', blob, diffId);
  }

  setWritable(id: ContainerId, top: ChainId | undefined): void {
    this.#run(
      `INSERT INTO writable_layers (container_id, top_chain_id) VALUES (?, ?)
       ON CONFLICT (container_id) DO UPDATE SET top_chain_id = excluded.top_chain_id`,
      id,
      top ?? null,
    );
  }

  /** Undefined without such a container; its `top` is undefined for an image without layers. */
  findWritable(id: ContainerId): { readonly top: ChainId | undefined } | undefined {
    const row = this.#get('SELECT top_chain_id FROM writable_layers WHERE container_id = ?', id);
    return row === undefined ? undefined : { top: (row['top_chain_id'] ?? undefined) as ChainId | undefined };
  }

  deleteWritable(id: ContainerId): void {
    this.#run('DELETE FROM writable_layers WHERE container_id = ?', id);
  }

  writableIds(): ContainerId[] {
    const rows = this.#database.sql.prepare('SELECT container_id FROM writable_layers').all();
    return rows.map((row) => row['container_id'] as ContainerId);
  }

  #isReferenced(chainId: ChainId): boolean {
    const sql = `
      SELECT 1 FROM layers WHERE parent = :id
      UNION ALL SELECT 1 FROM images WHERE top_chain_id = :id
      UNION ALL SELECT 1 FROM writable_layers WHERE top_chain_id = :id
      UNION ALL SELECT 1 FROM build_cache WHERE chain_id = :id
      LIMIT 1`;
    return this.#database.sql.prepare(sql).get({ id: chainId }) !== undefined;
  }

  #get(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#prepared(sql).run(...values);
  }

  /** Once per text: preparing takes longer than running. */
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.sql.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function toRecord(row: Row | undefined): LayerRecord | undefined {
  if (row === undefined) return undefined;
  return {
    chainId: row['chain_id'] as ChainId,
    parent: (row['parent'] ?? undefined) as ChainId | undefined,
    diffId: row['diff_id'] as DiffId,
    blob: row['blob'] as Digest,
    mediaType: String(row['media_type']),
    sizeBytes: Number(row['size_bytes']),
    directory: String(row['directory']),
    ...(row['compressed_blob'] === null ? {} : { compressedBlob: row['compressed_blob'] as Digest }),
  };
}
