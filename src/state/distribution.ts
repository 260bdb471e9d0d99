import type { StatementSync } from 'node:sqlite';
import type { Digest, ImageId } from '../lib/digest.ts';
import type { StateDatabase } from './database.ts';

export interface ManifestRecord {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** More repositories that a blob could be mounted from help nobody. */
const MAX_SOURCES = 8;

/** What is remembered of registries. It goes with the images and layers that it is about. */
export class DistributionState {
  readonly #statements: Readonly<Record<keyof typeof SQL, StatementSync>>;

  constructor(database: StateDatabase) {
    this.#statements = database.prepare(SQL);
  }

  /** The image must be there. Idempotent. */
  keepManifest(image: ImageId, { digest, mediaType, bytes }: ManifestRecord): void {
    this.#statements.keepManifest.run(image, digest, mediaType, bytes);
  }

  /** The manifests that the image came or went by, the first one first. */
  manifestsOf(image: ImageId): ManifestRecord[] {
    return this.#statements.manifestsOf.all(image).map((row) => ({
      digest: row['digest'] as Digest,
      mediaType: String(row['media_type']),
      bytes: row['bytes'] as Uint8Array,
    }));
  }

  /** A layer of the image is in that repository, named with its registry: `docker.io/library/busybox`. Idempotent. */
  addSource(blob: Digest, repository: string, image: ImageId): void {
    this.#statements.addSource.run(blob, repository, image);
  }

  /** Repositories at a registry that the blob was in. */
  sourcesOf(blob: Digest, registry: string): string[] {
    // The character after the slash ends the range.
    const rows = this.#statements.sourcesOf.all(blob, `${registry}/`, `${registry}0`, MAX_SOURCES);
    return rows.map((row) => String(row['repository']));
  }
}

const SQL = {
  keepManifest: `INSERT INTO image_manifests (image_id, digest, media_type, bytes) VALUES (?, ?, ?, ?)
    ON CONFLICT (image_id, digest) DO NOTHING`,
  manifestsOf: 'SELECT digest, media_type, bytes FROM image_manifests WHERE image_id = ? ORDER BY rowid',
  addSource: 'INSERT INTO blob_sources (blob, repository, image_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  sourcesOf: `SELECT DISTINCT repository FROM blob_sources WHERE blob = ? AND repository >= ? AND repository < ?
    LIMIT ?`,
} as const;
