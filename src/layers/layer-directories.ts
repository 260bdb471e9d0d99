import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { BASE_LAYER, makeBaseLayer } from './base-layer.ts';
import { Trash } from './trash.ts';

/**
 * Where layers lie on disk. Names are short, as up to 128 of them must fit into one mount:
 * `l/<base 36>` read-only layers, `w/<container>/{upper,work,merged}` writable ones, `tmp/` what is being unpacked,
 * `trash/` what is being deleted, `cache/` compiled programs. All in one file system, so that a rename moves a whole
 * tree at once.
 */
export class LayerDirectories {
  readonly root: string;
  readonly #trash: Trash;
  #lastNumber: number;

  /** Makes the directories where they are missing. */
  constructor(root: string, syscalls: Syscalls, warn: (message: string) => void) {
    this.root = root;
    this.#trash = new Trash(join(root, 'trash'), syscalls, warn);
    for (const name of ['l', 'w', 'tmp']) mkdirSync(join(root, name), { recursive: true });
    for (const name of ['tmp', 'w']) spread(syscalls, join(root, name));
    makeBaseLayer(join(root, BASE_LAYER));
    const numbers = readdirSync(join(root, 'l')).map((name) => Number.parseInt(name, 36));
    this.#lastNumber = Math.max(0, ...numbers.filter((number) => !Number.isNaN(number)));
  }

  /** Never one that is in use or was since this process started. */
  nextName(): string {
    this.#lastNumber++;
    return this.#lastNumber.toString(36);
  }

  layer(name: string): string {
    return join(this.root, 'l', name);
  }

  /** For the programs that work on layers. */
  get compileCache(): string {
    return join(this.root, 'cache');
  }

  writable(id: ContainerId): string {
    return join(this.root, 'w', id);
  }

  async makeTemporary(): Promise<string> {
    const path = join(this.root, 'tmp', randomBytes(8).toString('hex'));
    await mkdir(path);
    return path;
  }

  /** Durable when it returns. */
  async promote(temporary: string, name: string): Promise<void> {
    await rename(temporary, this.layer(name));
    const parent = await open(join(this.root, 'l'), 'r');
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
  }

  /** Makes a layer of a tree of this file system, as it is; not durable before the file system is synced. */
  async adopt(path: string, name: string): Promise<void> {
    await rename(path, this.layer(name));
  }

  /** Takes a tree out of its place at once; it is deleted later. Idempotent. */
  discard(path: string): Promise<void> {
    return this.#trash.take(path);
  }

  /** Discards what unpacking left that never ended, and goes on deleting what an earlier daemon could not. */
  async sweep(layersInUse: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(join(this.root, 'l'))) {
      if (`l/${name}` !== BASE_LAYER && !layersInUse.has(name)) await this.discard(this.layer(name));
    }
    for (const name of await readdir(join(this.root, 'tmp'))) await this.discard(join(this.root, 'tmp', name));
    this.#trash.empty();
  }

  /** Resolves when what was discarded is off the disk. */
  discarded(): Promise<void> {
    return this.#trash.emptied();
  }

  async writableIds(): Promise<ContainerId[]> {
    return (await readdir(join(this.root, 'w'))) as ContainerId[];
  }
}

function spread(syscalls: Syscalls, directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    syscalls.spreadSubdirectories(fd);
  } finally {
    closeSync(fd);
  }
}
