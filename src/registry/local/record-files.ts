import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';

/**
 * Small files that are there whole or not at all, after a power cut, too. What a crash leaves of them is in a folder of
 * its own.
 */
export class RecordFiles {
  readonly #temporary: string;

  /** `temporary` is in the same file system as the records. */
  constructor(temporary: string) {
    this.#temporary = temporary;
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
  }

  async write(path: string, content: string): Promise<void> {
    const temporary = join(this.#temporary, randomBytes(12).toString('hex'));
    const folder = dirname(path);
    let firstMade: string | undefined;
    try {
      const file = await this.#openNew(temporary);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      firstMade = await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(folder);
    // A folder that is new is there after a power cut when the one above it has been synced.
    if (firstMade === undefined) return;
    for (let at = folder; at.length >= firstMade.length; at = dirname(at)) await syncFolder(dirname(at));
  }

  /** Somebody may have removed the folder of a registry that runs. */
  async #openNew(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await mkdir(this.#temporary, { recursive: true, mode: 0o700 });
      return open(path, 'wx', 0o600);
    }
  }

  /** Undefined without such a record. */
  async read(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** It counts as written now. Nothing is written where there is no such record. */
  async touch(path: string): Promise<void> {
    const now = new Date();
    try {
      await utimes(path, now, now);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** When it was written or touched last; undefined without such a record. */
  async touchedMs(path: string): Promise<number | undefined> {
    try {
      return (await stat(path)).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Returns whether it was there. */
  async delete(path: string): Promise<boolean> {
    try {
      await rm(path);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    await syncFolder(dirname(path));
    return true;
  }

  /** The names in a folder, in lexical order; undefined without such a folder. */
  async list(folder: string): Promise<string[] | undefined> {
    try {
      return (await readdir(folder)).sort();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Removes what a crash left half-written. Only at start. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#temporary)) await rm(join(this.#temporary, name), { force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Of a file or a folder that is not there. */
export function isMissing(error: unknown): boolean {
  return hasErrorCode(error, 'ENOENT', 'ENOTDIR');
}
