import type { ChainId, ImageId } from '../lib/digest.ts';
import type { StateDatabase } from './database.ts';

/** What builds have made that may not be whole on the disk yet. */
export interface Unsynced {
  readonly layers: readonly ChainId[];
  readonly images: readonly ImageId[];
}

/**
 * Marks of layers and images that are not on the disk for certain, each with the boot of the host in which it was made:
 * a mark from another boot is one that a power cut has left. Layers get theirs with their records (`LayerRecords`).
 */
export class UnsyncedState {
  readonly #database: StateDatabase;

  constructor(database: StateDatabase) {
    this.#database = database;
  }

  all(): Unsynced {
    const { sql } = this.#database;
    const layers = sql.prepare('SELECT chain_id FROM unsynced_layers').all();
    const images = sql.prepare('SELECT image_id FROM unsynced_images').all();
    return {
      layers: layers.map((row) => row['chain_id'] as ChainId),
      images: images.map((row) => row['image_id'] as ImageId),
    };
  }

  /** In the transaction in which the image is kept. Idempotent. */
  markImage(id: ImageId, bootId: string): void {
    this.#database.sql.prepare('INSERT OR REPLACE INTO unsynced_images VALUES (?, ?)').run(id, bootId);
  }

  markSynced({ layers, images }: Unsynced): void {
    const { sql } = this.#database;
    this.#database.transaction(() => {
      for (const id of layers) sql.prepare('DELETE FROM unsynced_layers WHERE chain_id = ?').run(id);
      for (const id of images) sql.prepare('DELETE FROM unsynced_images WHERE image_id = ?').run(id);
    });
  }

  /**
   * Deletes what was not synced before the host went down: images, layers, the layers on top of those, and the images and
   * cached steps that need them. What was done last before a power cut is missing then, but never half there.
   */
  deleteBefore(bootId: string): void {
    const { sql } = this.#database;
    const lost = `WITH RECURSIVE lost (chain_id) AS (
        SELECT chain_id FROM unsynced_layers WHERE boot_id <> :boot
        UNION SELECT layers.chain_id FROM layers JOIN lost ON layers.parent = lost.chain_id
      ), lost_images (id) AS (
        SELECT image_id FROM unsynced_images WHERE boot_id <> :boot
        UNION SELECT id FROM images WHERE top_chain_id IN lost
      )`;
    const run = (text: string) => sql.prepare(`${lost} ${text}`).run({ boot: bootId });
    this.#database.transaction(() => {
      run('DELETE FROM build_cache WHERE chain_id IN lost');
      run('DELETE FROM image_names WHERE image_id IN lost_images');
      run('DELETE FROM images WHERE id IN lost_images');
      run('UPDATE writable_layers SET top_chain_id = NULL WHERE top_chain_id IN lost');
      const chains = sql.prepare(`${lost} SELECT chain_id FROM lost`).all({ boot: bootId });
      for (const { chain_id: id } of chains) {
        sql.prepare('UPDATE layers SET parent = NULL WHERE chain_id = ?').run(String(id));
      }
      for (const { chain_id: id } of chains) {
        sql.prepare('DELETE FROM unsynced_layers WHERE chain_id = ?').run(String(id));
        sql.prepare('DELETE FROM layers WHERE chain_id = ?').run(String(id));
      }
    });
  }
}
