import type { Migration } from './migration.ts';

/**
 * Layers with the same files on other parents share a directory: `layers.directory` is no longer unique. SQLite cannot
 * take a constraint away, so the table is made anew; what refers to its rows is only looked at when the rows are back.
 */
export const linkedLayersMigration: Migration = {
  name: 'linked layers',
  sql: `
    PRAGMA defer_foreign_keys = ON;
    CREATE TABLE kept_layers AS SELECT * FROM layers;
    DELETE FROM layers;
    DROP TABLE layers;
    CREATE TABLE layers (
      chain_id TEXT PRIMARY KEY,
      parent TEXT REFERENCES layers (chain_id),
      diff_id TEXT NOT NULL,
      blob TEXT NOT NULL,
      media_type TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      directory TEXT NOT NULL,
      compressed_blob TEXT
    ) STRICT;
    INSERT INTO layers
      SELECT chain_id, parent, diff_id, blob, media_type, size_bytes, directory, compressed_blob FROM kept_layers;
    DROP TABLE kept_layers;
    CREATE INDEX layers_by_parent ON layers (parent);
    CREATE INDEX layers_by_blob ON layers (blob);
    CREATE INDEX layers_by_compressed_blob ON layers (compressed_blob);
    CREATE INDEX layers_by_directory ON layers (directory);
  `,
};
