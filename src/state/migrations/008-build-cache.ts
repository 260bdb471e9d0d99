import type { Migration } from './migration.ts';

/**
 * What builds have made, by what it was made of. A layer that is named here cannot be deleted. An entry has one key that
 * it was made under and may have others that were found to mean the same. `unsynced_layers` holds layers that may not
 * be whole on the disk yet, and the boot of the host in which they were made.
 */
export const buildCacheMigration: Migration = {
  name: 'build cache',
  sql: `
    CREATE TABLE build_cache (
      id TEXT PRIMARY KEY,
      parent_id TEXT,
      kind TEXT NOT NULL,
      description TEXT NOT NULL,
      chain_id TEXT REFERENCES layers (chain_id),
      directory TEXT,
      size_bytes INTEGER NOT NULL,
      created_ns TEXT NOT NULL,
      last_used_ms INTEGER NOT NULL,
      usage_count INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX build_cache_by_chain ON build_cache (chain_id);
    CREATE TABLE build_cache_keys (
      key TEXT PRIMARY KEY,
      entry_id TEXT NOT NULL REFERENCES build_cache (id) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX build_cache_keys_by_entry ON build_cache_keys (entry_id);
    CREATE TABLE unsynced_layers (
      chain_id TEXT PRIMARY KEY REFERENCES layers (chain_id),
      boot_id TEXT NOT NULL
    ) STRICT;
  `,
};
