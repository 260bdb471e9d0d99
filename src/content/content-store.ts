import type { Digest } from '../lib/digest.ts';

export interface BlobInfo {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface IngestOptions {
  readonly digest?: Digest;
  readonly sizeBytes?: number;
  /**
   * False leaves the blob to be synced with its whole file system, before anything refers to it: so does a layer that is
   * unpacked from it. A power cut before that may damage it, and the next start removes it.
   */
  readonly sync?: boolean;
}

/**
 * Blobs by digest. A blob is complete or absent: it is written under a temporary name, synced and renamed. Its digest
 * is checked on the way in and on every full read, so that what is handed on is what was asked for.
 */
export interface ContentStore {
  /**
   * Reads `source` to its end and keeps it. Idempotent for content that is there already; concurrent calls with the
   * same content are safe.
   * @throws invalid_argument when digest or size differ from what was expected; nothing is kept then.
   */
  ingest(source: AsyncIterable<Uint8Array>, expected?: IngestOptions): Promise<BlobInfo>;
  /**
   * Takes over a file of the same file system, whose digest the caller's own process has computed from what it wrote. It
   * is complete when this returns, but not synced: until the file system is, it may be damaged by a power cut.
   */
  adopt(path: string, digest: Digest): Promise<void>;
  /** @throws not_found. The stream fails with `internal` at its end when the bytes do not match the digest. */
  read(digest: Digest): AsyncIterable<Uint8Array>;
  /** The whole blob, for configurations and manifests. @throws not_found, internal, invalid_argument above the limit. */
  readAll(digest: Digest, limitBytes?: number): Promise<Buffer>;
  stat(digest: Digest): Promise<BlobInfo | undefined>;
  /** Where the blob's file is, for children that read it. They must verify what they read. */
  pathOf(digest: Digest): string;
  /** Idempotent. */
  delete(digest: Digest): Promise<void>;
  list(): AsyncIterable<BlobInfo>;
  /** Removes what writes that never ended have left. Only at start, before anything writes. */
  sweep(): Promise<void>;
}
