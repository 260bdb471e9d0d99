import type { Migration } from './migration.ts';

/** One row per volume. Who uses one is read from the containers' records: what is not kept twice cannot differ. */
export const volumesMigration: Migration = {
  name: 'volumes',
  sql: `
    CREATE TABLE volumes (
      name TEXT PRIMARY KEY,
      document TEXT NOT NULL
    ) STRICT;
  `,
};
