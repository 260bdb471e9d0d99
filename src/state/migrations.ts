import { containersMigration } from './migrations/001-containers.ts';
import { imagesMigration } from './migrations/002-images.ts';
import { networksMigration } from './migrations/003-networks.ts';
import { writableLayersMigration } from './migrations/004-writable-layers.ts';
import { manyNetworksMigration } from './migrations/005-many-networks.ts';
import { volumesMigration } from './migrations/006-volumes.ts';
import { distributionMigration } from './migrations/007-distribution.ts';
import { buildCacheMigration } from './migrations/008-build-cache.ts';
import { publishedPortsMigration } from './migrations/010-published-ports.ts';
import { linkedLayersMigration } from './migrations/011-linked-layers.ts';
import { unsyncedImagesMigration } from './migrations/012-unsynced-images.ts';
import type { Migration } from './migrations/migration.ts';

export const migrations: readonly Migration[] = [
  containersMigration,
  imagesMigration,
  networksMigration,
  writableLayersMigration,
  manyNetworksMigration,
  volumesMigration,
  distributionMigration,
  buildCacheMigration,
  publishedPortsMigration,
  linkedLayersMigration,
  unsyncedImagesMigration,
];
