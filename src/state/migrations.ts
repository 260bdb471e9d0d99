import { containersMigration } from './migrations/001-containers.ts';
import { imagesMigration } from './migrations/002-images.ts';
import { networksMigration } from './migrations/003-networks.ts';
import { writableLayersMigration } from './migrations/004-writable-layers.ts';
import type { Migration } from './migrations/migration.ts';

export const migrations: readonly Migration[] = [
  containersMigration,
  imagesMigration,
  networksMigration,
  writableLayersMigration,
];
