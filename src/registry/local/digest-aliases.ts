import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { hashFile } from '../../content/hash-file.ts';
import { type Digest, isDigest } from '../../lib/digest.ts';
import { isSha512, type Sha512 } from '../names.ts';
import type { RecordFiles } from './record-files.ts';

/** Content is kept by its sha256 alone; of what came by its sha512 a small file says which that is. */
export class DigestAliases {
  readonly #root: string;
  readonly #files: RecordFiles;

  constructor(root: string, files: RecordFiles) {
    this.#root = root;
    this.#files = files;
  }

  async resolve(alias: Sha512): Promise<Digest | undefined> {
    const digest = await this.#files.read(this.#path(alias));
    return digest !== undefined && isDigest(digest) ? digest : undefined;
  }

  add(alias: Sha512, digest: Digest): Promise<void> {
    return this.#files.write(this.#path(alias), digest);
  }

  async all(): Promise<Sha512[]> {
    return ((await this.#files.list(this.#root)) ?? []).map((hex) => `sha512:${hex}`).filter(isSha512);
  }

  async delete(alias: Sha512): Promise<void> {
    await this.#files.delete(this.#path(alias));
  }

  #path(alias: Sha512): string {
    return join(this.#root, alias.slice('sha512:'.length));
  }
}

export function sha512Of(bytes: Uint8Array): Sha512 {
  return `sha512:${createHash('sha512').update(bytes).digest('hex')}` as Sha512;
}

/** Read from the file: what arrives is hashed by sha256 only, which nearly all clients want. */
export async function sha512OfFile(path: string): Promise<Sha512> {
  const hash = await hashFile(path, 'sha512');
  return `sha512:${hash.digest('hex')}` as Sha512;
}
