import type { KeyedLock } from '../lib/keyed-lock.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import type { VolumeDirectories } from './volume-directories.ts';
import type { VolumeMounts } from './volume-mounts.ts';
import type { VolumeStore } from './volume-store.ts';

/** Who uses volumes: asked each time, so that there is no second account that could differ. */
export interface VolumeUsers {
  /** IDs of all containers, running or not, that a volume is for. */
  containersUsing(name: string): readonly string[];
}

/** What volumes need of trees of files, by processes of their own. */
export interface VolumeFiles {
  /** The tar of a tree, its root as `./`. */
  pack(directory: string): Promise<AsyncIterable<Uint8Array>>;
  /**
   * Unpacks an archive, plain, gzip or zstd, into an empty folder; its `./` is that folder. Nothing leaves the folder.
   */
  unpack(directory: string, archive: AsyncIterable<Uint8Array>): Promise<void>;
  /** The sizes of all files, in bytes. */
  measure(directory: string): Promise<number>;
}

/** Where events go. */
export interface VolumeEvents {
  publish(event: {
    readonly type: 'volume';
    readonly action: string;
    readonly actorId: string;
    readonly attributes: Readonly<Record<string, string>>;
  }): void;
}

/** What the verbs on volumes share. Whoever changes a volume holds the lock of its name. */
export interface VolumesContext {
  readonly store: VolumeStore;
  readonly directories: VolumeDirectories;
  readonly mounts: VolumeMounts;
  readonly locks: KeyedLock;
  readonly syscalls: Syscalls;
  readonly users: VolumeUsers;
  readonly files: VolumeFiles;
  readonly events: VolumeEvents;
  readonly warn: (message: string) => void;
}

/** Containers that a volume is for, also those that are being made. */
export function usersOf({ users, store }: VolumesContext, name: string): string[] {
  return [...new Set([...users.containersUsing(name), ...store.holdersOf(name)])];
}
