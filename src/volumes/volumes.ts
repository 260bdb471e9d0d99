import type { Filters } from '../lib/filters.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import type { StateDatabase } from '../state/database.ts';
import { type VolumeRecord, VolumeState } from '../state/volumes.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { cloneVolume } from './clone-volume.ts';
import { createVolume, type VolumeRequest } from './create-volume.ts';
import { exportVolume } from './export-volume.ts';
import { type FillSource, fillVolume } from './fill-volume.ts';
import { type HeldPath, holdPart } from './hold-part.ts';
import { importVolume } from './import-volume.ts';
import { type PrunedVolumes, pruneVolumes } from './prune-volumes.ts';
import { type RemoveVolumeOptions, removeVolume } from './remove-volume.ts';
import { adoptVolumes, restoreVolumes } from './restore-volumes.ts';
import { settle } from './settle-content.ts';
import {
  usersOf,
  type VolumeEvents,
  type VolumeFiles,
  type VolumesContext,
  type VolumeUsers,
} from './volume-context.ts';
import { VolumeDirectories } from './volume-directories.ts';
import { VolumeMounts } from './volume-mounts.ts';
import { VolumeStore } from './volume-store.ts';

export interface VolumesOptions {
  /** A directory that is the volumes' own; made at start where it is missing. */
  readonly root: string;
  readonly state: StateDatabase;
  readonly syscalls: Syscalls;
  readonly users: VolumeUsers;
  readonly files: VolumeFiles;
  readonly events: VolumeEvents;
  readonly warn: (message: string) => void;
}

/** The verbs on volumes, bound to one engine. Each is in a file of its own, which says what it promises. */
export class Volumes {
  readonly #context: VolumesContext;

  constructor({ root, state, syscalls, ...parts }: VolumesOptions) {
    const directories = new VolumeDirectories(root);
    this.#context = {
      ...parts,
      syscalls,
      directories,
      store: new VolumeStore(new VolumeState(state)),
      mounts: new VolumeMounts(directories, syscalls),
      locks: new KeyedLock(),
    };
  }

  /** `holder` keeps the volume from being removed until `release(holder)`, or until a container's record names it. */
  create = (request: VolumeRequest, holder?: string): Promise<VolumeRecord> =>
    createVolume(this.#context, request, holder);
  release = (holder: string): void => this.#context.store.release(holder);
  /** @throws not_found. */
  get = (name: string): VolumeRecord => this.#context.store.get(name);
  find = (name: string): VolumeRecord | undefined => this.#context.store.find(name);
  /** By name. */
  list = (): readonly VolumeRecord[] => this.#context.store.all();
  /** IDs of the containers that a volume is for. */
  usersOf = (name: string): readonly string[] => usersOf(this.#context, name);
  /** Where its files are while it is mounted; absolute. */
  directory = (name: string): string => this.#context.directories.data(name);
  remove = (name: string, options: RemoveVolumeOptions): Promise<void> => removeVolume(this.#context, name, options);
  prune = (filters: Filters, options: { readonly all: boolean }): Promise<PrunedVolumes> =>
    pruneVolumes(this.#context, filters, options);
  sizeBytes = (name: string): Promise<number> => this.#context.files.measure(this.directory(name));

  fill = (name: string, from: FillSource): Promise<void> => fillVolume(this.#context, name, from);
  export = (name: string): Promise<AsyncIterable<Uint8Array>> => exportVolume(this.#context, name);
  import = (name: string, archive: AsyncIterable<Uint8Array>): Promise<void> =>
    importVolume(this.#context, name, archive);
  clone = (from: string, to: string): Promise<VolumeRecord> => cloneVolume(this.#context, from, to);

  /** Makes its files be there for `user`, until `unmount`. Idempotent. @throws not_found, internal. */
  mount = (name: string, user: string): Promise<string> =>
    this.#context.locks.run(name, async () => {
      const { mounts, store, syscalls } = this.#context;
      const record = store.get(name);
      const path = await mounts.mount(record, user);
      // A file system that was away when a crash had left content beside it.
      if (record.options !== null) await settle(syscalls, { data: path, beside: path, isUsed: true });
      return path;
    });
  /** Idempotent. @returns whether `user` had it. */
  unmount = (name: string, user: string): Promise<boolean> =>
    this.#context.locks.run(name, () => {
      const { mounts, store } = this.#context;
      return mounts.unmount(store.find(name) ?? { name, options: null }, user);
    });

  /** A part of a volume that is mounted, or of any other root, as something to mount. @throws internal. */
  holdPart = (root: string, subpath: string): Promise<HeldPath> => holdPart(this.#context, root, subpath);

  /** Before containers are looked at. */
  adopt = (): Promise<void> => adoptVolumes(this.#context);
  /** Once it is known which containers run. */
  restore = (inUse: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> => restoreVolumes(this.#context, inUse);
}
