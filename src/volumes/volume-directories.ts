import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';
import { runChild } from '../sys/processes/child.ts';

const REMOVED = '.removed-';

/** Where volumes lie: `<root>/<name>/_data`. No volume's name begins with a dot: those names are the engine's own. */
export class VolumeDirectories {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** What is between a volume's folder and the others: its data, and what is about to become its data. */
  base(name: string): string {
    return join(this.root, name);
  }

  data(name: string): string {
    return join(this.root, name, '_data');
  }

  /** Where parts of volumes are mounted while they are mounted on from there. */
  get parts(): string {
    return join(this.root, '.parts');
  }

  async prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o701 });
  }

  /** Idempotent. Whatever this process's umask is, the volume can be read by all, as Docker's. */
  async make(name: string): Promise<void> {
    await mkdir(this.data(name), { recursive: true });
    await Promise.all([chmod(this.base(name), 0o701), chmod(this.data(name), 0o755)]);
  }

  /**
   * Off its place at once, off the disk when this resolves; what a crash leaves of it goes with `sweep`. Idempotent.
   */
  async remove(name: string): Promise<void> {
    const removed = join(this.root, `${REMOVED}${randomBytes(8).toString('hex')}`);
    try {
      await rename(this.base(name), removed);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    await deleteTree(removed);
  }

  /** The names of all volumes that have a folder. */
  async names(): Promise<string[]> {
    return (await readdir(this.root)).filter((name) => !name.startsWith('.'));
  }

  async sweep(): Promise<void> {
    for (const name of await readdir(this.root)) if (name.startsWith(REMOVED)) await deleteTree(join(this.root, name));
  }
}

/**
 * By rm(1): it takes names that are no UTF-8, trees of any depth, and no time of this process. Stays in its file
 * system.
 */
export async function deleteTree(path: string): Promise<void> {
  await runChild('rm', ['-rf', '--one-file-system', '--', path]);
}
