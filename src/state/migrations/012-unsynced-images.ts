import type { Migration } from './migration.ts';

/** Images whose configuration may not be on the disk yet, and the boot of the host in which they were made. */
export const unsyncedImagesMigration: Migration = {
  name: 'unsynced images',
  sql: `
    CREATE TABLE unsynced_images (
      image_id TEXT PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
      boot_id TEXT NOT NULL
    ) STRICT;
  `,
};
