import type { Migration } from './migration.ts';

/** The ports of the host that lead to a container, from before they are taken until after they lead nowhere. */
export const publishedPortsMigration: Migration = {
  name: 'published ports',
  sql: 'CREATE TABLE published_ports (container_id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT',
};
