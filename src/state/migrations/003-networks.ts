import type { Migration } from './migration.ts';

/**
 * An address is unique per network by constraint: it cannot be given out twice, whatever the code above does. Endpoints
 * of networks without addresses (`host`, `none`) have NULL, of which there may be many.
 */
export const networksMigration: Migration = {
  name: 'networks',
  sql: `
    CREATE TABLE networks (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      document TEXT NOT NULL
    ) STRICT;
    CREATE TABLE endpoints (
      network_id TEXT NOT NULL REFERENCES networks (id),
      container_id TEXT NOT NULL,
      address TEXT,
      document TEXT NOT NULL,
      PRIMARY KEY (network_id, container_id),
      UNIQUE (network_id, address)
    ) STRICT;
    CREATE INDEX endpoints_by_container ON endpoints (container_id);
    CREATE TABLE settings (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT;
  `,
};
