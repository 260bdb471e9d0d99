import type { Migration } from './migration.ts';

/** `document` is the container's whole record as JSON; the other columns are what is looked up or kept unique. */
export const containersMigration: Migration = {
  name: 'containers',
  sql: `
    CREATE TABLE containers (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      image_id TEXT NOT NULL,
      created_at_ns INTEGER NOT NULL,
      document TEXT NOT NULL
    ) STRICT;
    CREATE INDEX containers_by_image ON containers (image_id);
  `,
};
