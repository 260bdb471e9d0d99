import type { Migration } from './migration.ts';

/**
 * What is remembered so that an image goes back to a registry as it came: its manifests byte by byte, in which
 * repositories its blobs are, and the compressed form of layers that came without one.
 */
export const distributionMigration: Migration = {
  name: 'distribution',
  sql: `
    CREATE TABLE image_manifests (
      image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
      digest TEXT NOT NULL,
      media_type TEXT NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (image_id, digest)
    ) STRICT;
    CREATE TABLE blob_sources (
      blob TEXT NOT NULL,
      repository TEXT NOT NULL,
      image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
      PRIMARY KEY (blob, repository, image_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX blob_sources_by_image ON blob_sources (image_id);
    ALTER TABLE layers ADD COLUMN compressed_blob TEXT;
    CREATE INDEX IF NOT EXISTS layers_by_blob ON layers (blob);
    CREATE INDEX layers_by_compressed_blob ON layers (compressed_blob);
  `,
};
