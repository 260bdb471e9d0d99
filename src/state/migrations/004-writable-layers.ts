import type { Migration } from './migration.ts';

/** Which layers a container stands on: a layer that is named here cannot be deleted. NULL is an image without layers. */
export const writableLayersMigration: Migration = {
  name: 'writable layers',
  sql: `
    CREATE TABLE writable_layers (
      container_id TEXT PRIMARY KEY,
      top_chain_id TEXT REFERENCES layers (chain_id)
    ) STRICT;
    CREATE INDEX writable_layers_by_top ON writable_layers (top_chain_id);
    CREATE INDEX layers_by_parent ON layers (parent);
    CREATE INDEX layers_by_blob ON layers (blob);
    CREATE INDEX images_by_top ON images (top_chain_id);
  `,
};
