import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { writableLayerNotFound } from '../errors/layers.ts';
import type { ChainId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import { KeyedLock } from '../lib/keyed-lock.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import type { LayerRecord, LayerRecords } from '../state/layers.ts';
import { mountOverlay } from '../sys/mounts/overlay-mount.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { MNT_DETACH, UMOUNT_NOFOLLOW } from '../sys/syscalls.ts';
import { BASE_LAYER } from './base-layer.ts';
import type { LayerDirectories } from './layer-directories.ts';
import type { MountOptions, MountStub, WritableDirectories } from './layer-store.ts';
import { measureTree } from './measure-tree.ts';

/** One writable directory per container over its image's layers. Everything about one container runs in turn. */
export class WritableLayers {
  readonly #records: LayerRecords;
  readonly #directories: LayerDirectories;
  readonly #syscalls: Syscalls;
  readonly #chain: (top: ChainId) => LayerRecord[];
  readonly #lock = new KeyedLock();

  constructor(
    records: LayerRecords,
    directories: LayerDirectories,
    syscalls: Syscalls,
    chain: (top: ChainId) => LayerRecord[],
  ) {
    this.#records = records;
    this.#directories = directories;
    this.#syscalls = syscalls;
    this.#chain = chain;
  }

  create(id: ContainerId, top: ChainId | undefined): Promise<void> {
    return this.#lock.run(id, async () => {
      // The record comes first: from here on the layers below cannot go.
      if (top !== undefined) this.#chain(top);
      this.#records.setWritable(id, top);
      const base = this.#directories.writable(id);
      await mkdir(join(base, 'upper'), { recursive: true });
      // The upper directory's mode is that of the container's root, whatever this process's umask.
      await Promise.all([chmod(join(base, 'upper'), 0o755), ...['work', 'merged'].map((name) => makeIn(base, name))]);
    });
  }

  mount(id: ContainerId, options: MountOptions): Promise<string> {
    return this.#lock.run(id, async () => {
      const base = this.#directories.writable(id);
      const target = join(base, 'merged');
      if (await this.#isMounted(base)) return target;
      const { volatile, stubs = [], isBare = false } = options;
      const below = this.#lower(id).filter((path) => !(isBare && path === BASE_LAYER));
      const lower = [...below, ...(await makeStubs(join(base, 'stubs'), stubs)).map(() => `w/${id}/stubs`)];
      // A volatile mount leaves this mark, and overlayfs refuses a work directory that has it.
      await rm(join(base, 'work', 'work', 'incompat'), { recursive: true, force: true });
      await mountOverlay(this.#syscalls, {
        root: this.#directories.root,
        lower,
        upper: `w/${id}/upper`,
        work: `w/${id}/work`,
        target,
        volatile,
      });
      return target;
    });
  }

  unmount(id: ContainerId): Promise<void> {
    return this.#lock.run(id, () => this.#unmount(id));
  }

  remove(id: ContainerId): Promise<void> {
    return this.#lock.run(id, async () => {
      await this.#unmount(id);
      await this.#directories.discard(this.#directories.writable(id));
      this.#records.deleteWritable(id);
    });
  }

  async sizeBytes(id: ContainerId): Promise<number> {
    return measureTree(Buffer.from(this.upper(id)));
  }

  /** @throws not_found. */
  directories(id: ContainerId): WritableDirectories {
    const base = this.#directories.writable(id);
    return {
      lower: this.#lower(id).map((path) => join(this.#directories.root, path)),
      upper: join(base, 'upper'),
      work: join(base, 'work'),
      merged: join(base, 'merged'),
    };
  }

  /** What it stands on. @throws not_found. */
  topOf(id: ContainerId): ChainId | undefined {
    const writable = this.#records.findWritable(id);
    if (writable === undefined) throw writableLayerNotFound(id);
    return writable.top;
  }

  /** Where the container's own files are. @throws not_found. */
  upper(id: ContainerId): string {
    if (this.#records.findWritable(id) === undefined) throw writableLayerNotFound(id);
    return join(this.#directories.writable(id), 'upper');
  }

  async sweep(known: ReadonlySet<ContainerId>): Promise<void> {
    const all = new Set([...(await this.#directories.writableIds()), ...this.#records.writableIds()]);
    for (const id of all) if (!known.has(id)) await this.remove(id);
  }

  /** Relative to the store's root, the topmost first. */
  #lower(id: ContainerId): string[] {
    const writable = this.#records.findWritable(id);
    if (writable === undefined) throw writableLayerNotFound(id);
    const chain = writable.top === undefined ? [] : this.#chain(writable.top);
    const layers = chain.map(({ directory }) => `l/${directory}`).reverse();
    // A directory may be in an overlay once. Of layers that share one, the topmost gives all that the others would.
    return [...new Set(layers), BASE_LAYER];
  }

  async #unmount(id: ContainerId): Promise<void> {
    const target = join(this.#directories.writable(id), 'merged');
    while (await this.#detach(target));
  }

  /** What still uses the mount keeps it for itself, and nobody finds it any more. @returns whether there was one. */
  async #detach(target: string): Promise<boolean> {
    try {
      await this.#syscalls.unmount(target, MNT_DETACH | UMOUNT_NOFOLLOW);
      return true;
    } catch (error) {
      if (hasErrorCode(error, 'EINVAL', 'ENOENT')) return false;
      throw error;
    }
  }

  /** A mounted overlay is a device of its own. */
  async #isMounted(base: string): Promise<boolean> {
    try {
      const [outer, inner] = await Promise.all([stat(base), stat(join(base, 'merged'))]);
      return outer.dev !== inner.dev;
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  }
}

async function makeIn(base: string, name: string): Promise<void> {
  await mkdir(join(base, name), { recursive: true });
}

/** The directory in a list, or none without stubs. */
async function makeStubs(directory: string, stubs: readonly MountStub[]): Promise<string[]> {
  if (stubs.length === 0) return [];
  await mkdir(directory, { recursive: true });
  for (const { path, kind } of stubs) {
    const place = join(directory, posix.resolve('/', path));
    await mkdir(kind === 'directory' ? place : dirname(place), { recursive: true });
    if (kind === 'file') await writeFile(place, '', { flag: 'a' });
  }
  return [directory];
}
