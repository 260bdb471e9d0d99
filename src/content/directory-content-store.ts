import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { blobCorrupt, blobMismatch, blobNotFound } from '../errors/content.ts';
import { invalidArgument } from '../errors/engine-error.ts';
import { collectPieces } from '../lib/collect-pieces.ts';
import type { Digest } from '../lib/digest.ts';
import { hexOf, isDigest } from '../lib/digest.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { BatchedOutput } from './batched-output.ts';
import type { BlobInfo, ContentStore, IngestOptions } from './content-store.ts';
import type { PartialBlob } from './partial-blob.ts';

const READ_BYTES = 256 * 1024;
const DEFAULT_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * A content store over a directory: `blobs/sha256/<hex>`, as in an OCI image layout, and `ingest/` for what is still
 * being written. Both are in one file system, so that a rename makes a blob appear whole.
 */
export class DirectoryContentStore implements ContentStore {
  readonly #blobs: string;
  readonly #ingest: string;

  /** Makes the directories where they are missing. */
  constructor(root: string) {
    this.#blobs = join(root, 'blobs', 'sha256');
    this.#ingest = join(root, 'ingest');
    for (const directory of [this.#blobs, this.#ingest]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  /** Again, for somebody has removed them while they were in use. */
  async makeFolders(): Promise<void> {
    for (const directory of [this.#blobs, this.#ingest]) await mkdir(directory, { recursive: true, mode: 0o700 });
  }

  /** A blob that is there already is replaced by its equal: that heals one that was damaged on disk. */
  async ingest(source: AsyncIterable<Uint8Array>, expected: IngestOptions = {}): Promise<BlobInfo> {
    const temporary = join(this.#ingest, randomBytes(12).toString('hex'));
    const file = await open(temporary, 'wx', 0o600);
    try {
      const blob = await write(file, source, expected);
      await file.close();
      await rename(temporary, this.pathOf(blob.digest));
      if (expected.sync !== false) await syncDirectory(this.#blobs);
      return blob;
    } catch (error) {
      await file.close();
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async adopt(path: string, digest: Digest): Promise<void> {
    await rename(path, this.pathOf(digest));
  }

  /**
   * Makes a blob of a file in the same file system, which goes from its place then. A file of another digest stays
   * where it is.
   * @throws invalid_argument as `ingest`.
   */
  async complete(partial: PartialBlob, expected: Digest): Promise<BlobInfo> {
    const digest = await partial.seal();
    if (digest !== expected) throw blobMismatch('digest', expected, digest);
    await rename(partial.path, this.pathOf(digest));
    await syncDirectory(this.#blobs);
    return { digest, sizeBytes: partial.sizeBytes };
  }

  async *read(digest: Digest): AsyncGenerator<Uint8Array> {
    const file = await this.#open(digest);
    try {
      const hash = createHash('sha256');
      for await (const chunk of file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false })) {
        hash.update(chunk as Buffer);
        yield chunk as Buffer;
        collectPieces((chunk as Buffer).length);
      }
      const actual = `sha256:${hash.digest('hex')}`;
      if (actual !== digest) throw blobCorrupt(digest, actual);
    } finally {
      await file.close();
    }
  }

  async readAll(digest: Digest, limitBytes: number = DEFAULT_LIMIT_BYTES): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.read(digest)) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) throw invalidArgument(`blob ${digest} is larger than ${limitBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async stat(digest: Digest): Promise<BlobInfo | undefined> {
    try {
      return { digest, sizeBytes: (await stat(this.pathOf(digest))).size };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  pathOf(digest: Digest): string {
    return join(this.#blobs, hexOf(digest));
  }

  async delete(digest: Digest): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  async *list(): AsyncGenerator<BlobInfo> {
    for (const name of await readdir(this.#blobs)) {
      const digest = `sha256:${name}`;
      if (!isDigest(digest)) continue;
      const blob = await this.stat(digest);
      if (blob !== undefined) yield blob;
    }
  }

  async sweep(): Promise<void> {
    for (const name of await readdir(this.#ingest)) await rm(join(this.#ingest, name), { force: true });
  }

  async #open(digest: Digest): Promise<FileHandle> {
    try {
      return await open(this.pathOf(digest), 'r');
    } catch (error) {
      throw isMissing(error) ? blobNotFound(digest) : error;
    }
  }
}

/** While the kernel takes one batch of pieces, the next is copied and hashed: sources may reuse their buffers. */
async function write(file: FileHandle, source: AsyncIterable<Uint8Array>, expected: IngestOptions): Promise<BlobInfo> {
  const hash = createHash('sha256');
  const output = new BatchedOutput(file);
  let sizeBytes = 0;
  for await (const piece of source) {
    sizeBytes += piece.length;
    if (expected.sizeBytes !== undefined && sizeBytes > expected.sizeBytes) {
      throw blobMismatch('size', expected.sizeBytes, `at least ${sizeBytes}`);
    }
    await output.write(piece);
    hash.update(piece);
    collectPieces(piece.length);
  }
  await output.end();
  const digest = `sha256:${hash.digest('hex')}` as Digest;
  if (expected.sizeBytes !== undefined && sizeBytes !== expected.sizeBytes) {
    throw blobMismatch('size', expected.sizeBytes, sizeBytes);
  }
  if (expected.digest !== undefined && digest !== expected.digest)
    throw blobMismatch('digest', expected.digest, digest);
  if (expected.sync !== false) await file.sync();
  return { digest, sizeBytes };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isMissing(error: unknown): boolean {
  return hasErrorCode(error, 'ENOENT');
}
