import { realpath, stat } from 'node:fs/promises';
import { volumeFolderMissing } from '../errors/volumes.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import type { VolumeRecord } from '../state/volumes.ts';
import { readMounts } from '../sys/mounts/mount-info.ts';
import { MNT_DETACH, type Syscalls, UMOUNT_NOFOLLOW } from '../sys/syscalls.ts';
import { mountLocal } from './mount-local.ts';
import type { VolumeDirectories } from './volume-directories.ts';

/**
 * Which volumes are in use at this moment, and by whom. One with options is mounted with its first user and unmounted
 * with its last; users are told apart by a name of theirs, so that nothing counts twice. Callers hold the volume's
 * lock.
 */
export class VolumeMounts {
  readonly #directories: VolumeDirectories;
  readonly #syscalls: Syscalls;
  readonly #users = new Map<string, Set<string>>();

  constructor(directories: VolumeDirectories, syscalls: Syscalls) {
    this.#directories = directories;
    this.#syscalls = syscalls;
  }

  isUsed(name: string): boolean {
    return this.#users.has(name);
  }

  /** How many use it besides `user`. */
  usersBut(name: string, user: string): number {
    const users = this.#users.get(name);
    return (users?.size ?? 0) - (users?.has(user) === true ? 1 : 0);
  }

  /**
   * Idempotent for one user. @returns the folder with the volume's files.
   * @throws internal when it cannot be mounted, or its folder is gone; it has no new user then.
   */
  async mount({ name, options }: VolumeRecord, user: string): Promise<string> {
    const path = this.#directories.data(name);
    const users = this.#users.get(name) ?? new Set();
    if (users.size === 0) {
      await this.#requireFolder(name, path);
      if (options !== null) await mountLocal(this.#syscalls, path, options);
    }
    this.#users.set(name, users.add(user));
    return path;
  }

  /** Idempotent. @returns whether `user` had it. */
  async unmount({ name, options }: Pick<VolumeRecord, 'name' | 'options'>, user: string): Promise<boolean> {
    const users = this.#users.get(name);
    if (users === undefined || !users.has(user)) return false;
    // The user goes last: a failure leaves what can be tried again.
    if (users.size === 1 && options !== null) await this.#unmountAt(this.#directories.data(name));
    users.delete(user);
    if (users.size === 0) this.#users.delete(name);
    return true;
  }

  /** Takes over what runs from an earlier daemon, and unmounts what nobody uses any more. Only at start. */
  async restore(inUse: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
    for (const [name, users] of inUse) this.#users.set(name, new Set(users));
    // The kernel knows no links: the data root may be one.
    const below = `${await realpath(this.#directories.root)}/`;
    const mounts = (await readMounts()).filter(({ target }) => target.startsWith(below));
    for (const { target } of mounts.reverse()) {
      const name = target.slice(below.length).split('/', 1)[0] ?? '';
      if (!this.#users.has(name)) await this.#unmountAt(target);
    }
  }

  async #requireFolder(name: string, path: string): Promise<void> {
    try {
      if ((await stat(path)).isDirectory()) return;
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
    throw volumeFolderMissing(name, path);
  }

  /** Detached: what still uses it keeps it for itself, and nobody finds it any more. */
  async #unmountAt(path: string): Promise<void> {
    try {
      await this.#syscalls.unmount(path, MNT_DETACH | UMOUNT_NOFOLLOW);
    } catch (error) {
      // Somebody else has unmounted it, or deleted the folder with it.
      if (!hasErrorCode(error, 'EINVAL', 'ENOENT')) throw error;
    }
  }
}
