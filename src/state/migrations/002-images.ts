import type { Migration } from './migration.ts';

export const imagesMigration: Migration = {
  name: 'images',
  sql: `
    CREATE TABLE layers (
      chain_id TEXT PRIMARY KEY,
      parent TEXT REFERENCES layers (chain_id),
      diff_id TEXT NOT NULL,
      blob TEXT NOT NULL,
      media_type TEXT NOT NULL,
      size_bytes INTEGER NOT NULL,
      directory TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE images (
      id TEXT PRIMARY KEY,
      top_chain_id TEXT REFERENCES layers (chain_id),
      parent_id TEXT,
      created_at_ms INTEGER NOT NULL,
      last_tagged_at_ms INTEGER
    ) STRICT;
    CREATE TABLE image_names (
      name TEXT PRIMARY KEY,
      image_id TEXT NOT NULL REFERENCES images (id)
    ) STRICT;
    CREATE INDEX image_names_by_image ON image_names (image_id);
  `,
};
