import type { Stats } from 'node:fs';
import { lstatSync, mkdirSync, readlinkSync, rmSync } from 'node:fs';
import { refusedEntry } from '../../errors/layers.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarTime } from '../../lib/tar/tar-entry.ts';

const IMPLIED_DIRECTORY_MODE = 0o755;
const MAX_LINKS = 40;

/**
 * The directory that a layer is unpacked into: the process's root, or the one that is named. Paths are byte strings that
 * start with a slash and are seen from there (the root itself is empty). Nothing else changes the tree, so that what was
 * seen once need not be asked for again.
 */
export class LayerTree {
  /** Those that are there, with the time that each shall have in the end. */
  readonly #directories = new Map<string, TarTime | undefined>([['', undefined]]);
  readonly #root: string;
  #replacedAny = false;

  /** `root` is a byte string without a slash at its end; empty for the process's own. */
  constructor(root = '') {
    this.#root = root;
  }

  /** Where a path of the tree is for this process. Links in its last part are not followed. */
  onDisk(path: string): Buffer {
    return bytesOf(`${this.#root}${path}` || '/');
  }

  /**
   * The real path of a directory, made where it is missing. Symbolic links that earlier entries made are followed as
   * long as they lead to a directory of this layer; an absolute target means the layer's root, as for Docker.
   * @throws invalid_argument, naming the entry, when they lead anywhere else.
   */
  directory(parts: readonly string[], entryPath: string): string {
    const direct = parts.length === 0 ? '' : `/${parts.join('/')}`;
    if (this.#directories.has(direct)) return direct;
    return this.#walk([], parts, { entryPath, links: 0 }, true);
  }

  /** `walk.links` counts all links of one path, also those within links: a few of those could make millions of steps. */
  #walk(
    start: readonly string[],
    parts: readonly string[],
    walk: { readonly entryPath: string; links: number },
    mayCreate: boolean,
  ): string {
    const { entryPath } = walk;
    let at = [...start];
    for (const part of parts) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (at.pop() === undefined) throw refusedEntry(entryPath, 'it would leave the layer through a symbolic link');
        continue;
      }
      const path = `/${[...at, part].join('/')}`;
      const stats = this.#directories.has(path) ? undefined : this.lstat(path);
      if (stats?.isSymbolicLink() === true) {
        const target = readlinkSync(this.onDisk(path), 'latin1');
        walk.links++;
        if (walk.links > MAX_LINKS) throw refusedEntry(entryPath, 'too many symbolic links on its way');
        const from = target.startsWith('/') ? [] : at;
        at = this.#walk(from, target.split('/'), walk, false).split('/').slice(1);
        continue;
      }
      if (!this.#directories.has(path)) this.#enter(path, stats, entryPath, mayCreate);
      at.push(part);
    }
    return at.length === 0 ? '' : `/${at.join('/')}`;
  }

  #enter(path: string, stats: Stats | undefined, entryPath: string, mayCreate: boolean): void {
    if (stats === undefined) {
      if (!mayCreate) throw refusedEntry(entryPath, 'it would leave the layer through a symbolic link');
      mkdirSync(this.onDisk(path), { mode: IMPLIED_DIRECTORY_MODE });
    } else if (!stats.isDirectory()) {
      throw refusedEntry(entryPath, `${JSON.stringify(textOf(path))} is not a directory`);
    }
    this.#directories.set(path, undefined);
  }

  lstat(path: string): Stats | undefined {
    return lstatSync(this.onDisk(path), { throwIfNoEntry: false });
  }

  noteDirectory(path: string, time: TarTime): void {
    this.#directories.set(path, time);
  }

  /** Directories that are still there and shall have a certain time. */
  *directoryTimes(): Generator<[path: string, time: TarTime]> {
    for (const [path, time] of this.#directories) if (time !== undefined) yield [path, time];
  }

  /** Runs `create`; when something of that name is there it is removed, with all below it, and `create` runs again. */
  replace<T>(path: string, create: () => T): T {
    try {
      return create();
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
      this.remove(path);
      return create();
    }
  }

  remove(path: string): void {
    this.#replacedAny = true;
    rmSync(this.onDisk(path), { recursive: true, force: true });
    if (!this.#directories.has(path)) return;
    for (const directory of this.#directories.keys()) {
      if (directory === path || directory.startsWith(`${path}/`)) this.#directories.delete(directory);
    }
  }

  /** True when something was removed, so that sizes which were added up while writing do not hold any more. */
  get replacedAny(): boolean {
    return this.#replacedAny;
  }
}
