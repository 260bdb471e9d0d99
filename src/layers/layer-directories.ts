import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { runChild } from '../sys/child.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { BASE_LAYER, makeBaseLayer } from './base-layer.ts';

/**
 * Where layers lie on disk. Names are short, as up to 128 of them must fit into one mount:
 * `l/<base 36>` read-only layers, `w/<container>/{upper,work,merged}` writable ones, `tmp/` what is being unpacked,
 * `trash/` what is being deleted, `cache/` compiled programs. All in one file system, so that a rename moves a whole tree at once.
 */
export class LayerDirectories {
  readonly root: string;
  #lastNumber: number;

  /** Makes the directories where they are missing. */
  constructor(root: string, syscalls: Syscalls) {
    this.root = root;
    for (const name of ['l', 'w', 'tmp', 'trash']) mkdirSync(join(root, name), { recursive: true });
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

  /** Takes a tree out of its place at once, then deletes it. Idempotent. What a crash leaves, `emptyTrash` deletes. */
  async discard(path: string): Promise<void> {
    const trash = join(this.root, 'trash', randomBytes(8).toString('hex'));
    try {
      await rename(path, trash);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    await deleteTree(trash);
  }

  /** Deletes what unpacking and deleting left that never ended. */
  async sweep(layersInUse: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(join(this.root, 'l'))) {
      if (`l/${name}` !== BASE_LAYER && !layersInUse.has(name)) await this.discard(this.layer(name));
    }
    for (const place of ['tmp', 'trash']) {
      for (const name of await readdir(join(this.root, place))) await deleteTree(join(this.root, place, name));
    }
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

/** By rm(1): it takes names that are no UTF-8, trees of any depth, and no time of this process. */
async function deleteTree(path: string): Promise<void> {
  await runChild('rm', ['-rf', '--', path]);
}
