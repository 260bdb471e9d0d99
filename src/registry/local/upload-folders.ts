import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { RepositoryName } from '../names.ts';
import { uploadUnknown } from '../registry-error.ts';
import type { RecordFiles } from './record-files.ts';

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The folders of uploads under way: for each a record of its repository, and what has arrived. */
export class UploadFolders {
  readonly #root: string;
  readonly #files: RecordFiles;

  constructor(root: string, files: RecordFiles) {
    this.#root = root;
    this.#files = files;
    mkdirSync(root, { recursive: true, mode: 0o700 });
  }

  async make(name: RepositoryName): Promise<string> {
    const id = randomUUID();
    await this.#files.write(join(this.#root, id, 'repository'), name);
    return id;
  }

  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN, also when the upload is another repository's */
  async check(name: RepositoryName, id: string): Promise<void> {
    const owner = ID.test(id) ? await this.#files.read(join(this.#root, id, 'repository')) : undefined;
    if (owner !== name) throw uploadUnknown();
  }

  dataPath(id: string): string {
    return join(this.#root, id, 'data');
  }

  /** Idempotent. */
  async remove(id: string): Promise<void> {
    await rm(join(this.#root, id), { recursive: true, force: true });
  }

  /** Those that nothing was added to since `beforeMs`. */
  async idle(beforeMs: number): Promise<string[]> {
    const found: string[] = [];
    for (const id of (await this.#files.list(this.#root)) ?? []) {
      if ((await this.#changedMs(id)) < beforeMs) found.push(id);
    }
    return found;
  }

  async #changedMs(id: string): Promise<number> {
    for (const path of [this.dataPath(id), join(this.#root, id)]) {
      try {
        return (await stat(path)).mtimeMs;
      } catch (error) {
        if (!hasErrorCode(error, 'ENOENT')) throw error;
      }
    }
    // Ended just now.
    return Number.POSITIVE_INFINITY;
  }
}
