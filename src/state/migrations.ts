import { containersMigration } from './migrations/001-containers.ts';
import { imagesMigration } from './migrations/002-images.ts';
import { networksMigration } from './migrations/003-networks.ts';
import { writableLayersMigration } from './migrations/004-writable-layers.ts';

/** One step of the schema. A step that has been released never changes; its position in the list is its version. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  containersMigration,
  imagesMigration,
  networksMigration,
  writableLayersMigration,
];
