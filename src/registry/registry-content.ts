import type { Digest } from '../lib/digest.ts';
import type { AnyDigest, RepositoryName, Sha512, Tag } from './names.ts';

/** What an index or a list of referrers says of a manifest, as on the wire. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ServedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface ServedBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /**
   * The bytes, or a part of them. Of the whole blob the digest is checked: the stream fails at its end if it is another.
   * A piece is good until the next one is asked for.
   */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** What a registry has to give. Undefined stands for what is not there. */
export interface RegistryContent {
  /** By which digest content is kept that came by another one, whatever repository it is in. */
  canonical(digest: Sha512): Promise<Digest | undefined>;
  /** In the order of their names, those behind `after`. */
  repositories(after: string): AsyncIterable<RepositoryName>;
  /** In lexical order; undefined without such a repository. */
  tags(name: RepositoryName): Promise<Tag[] | undefined>;
  manifest(name: RepositoryName, reference: Tag | Digest): Promise<ServedManifest | undefined>;
  blob(name: RepositoryName, digest: Digest): Promise<ServedBlob | undefined>;
  /** The manifests that name `subject` as theirs, in the order of their digests. */
  referrers(name: RepositoryName, subject: AnyDigest): Promise<Descriptor[]>;
}

export interface StoredManifest {
  readonly digest: Digest;
  readonly subject: AnyDigest | undefined;
}

/** An upload under way; what it has is kept until it is finished, cancelled or expired, also over a restart. */
export interface BlobUpload {
  readonly id: string;
  readonly sizeBytes: number;
  /**
   * Takes the upload over from a request that still writes to it, whose connection may be dead, and adds `source`.
   * `offset` is where it must begin. What came before `source` failed is kept.
   * @throws UploadOffset when there is another offset
   */
  append(source: AsyncIterable<Uint8Array>, offset: number | undefined): Promise<void>;
  /** Makes it a blob of the repository; the upload is over then. @throws RegistryError DIGEST_INVALID */
  finish(digest: AnyDigest): Promise<void>;
  /** Idempotent. */
  cancel(): Promise<void>;
}

/** What a registry that can be pushed to does besides. Whatever it has answered survives a power cut. */
export interface WritableRegistry extends RegistryContent {
  /** Runs a part of a push: until a while after the last, nothing goes that the push has brought or asked for. */
  pushing<T>(name: RepositoryName, work: () => Promise<T>): Promise<T>;
  startUpload(name: RepositoryName): Promise<BlobUpload>;
  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN */
  findUpload(name: RepositoryName, id: string): Promise<BlobUpload>;
  /** Without `from`, from wherever the blob is. Returns whether it was there. */
  mountBlob(name: RepositoryName, digest: Digest, from: RepositoryName | undefined): Promise<boolean>;
  /** @throws RegistryError MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID */
  putManifest(
    name: RepositoryName,
    reference: Tag | AnyDigest,
    mediaType: string | undefined,
    bytes: Buffer,
  ): Promise<StoredManifest>;
  /** By digest: the manifest with all its tags. Returns whether it was there, as the others. */
  deleteManifest(name: RepositoryName, digest: Digest): Promise<boolean>;
  deleteTag(name: RepositoryName, tag: Tag): Promise<boolean>;
  deleteBlob(name: RepositoryName, digest: Digest): Promise<boolean>;
}

/** A chunk that does not begin where the upload ends. */
export class UploadOffset extends Error {
  readonly upload: BlobUpload;

  constructor(upload: BlobUpload) {
    super(`the upload has ${upload.sizeBytes} bytes`);
    this.name = 'UploadOffset';
    this.upload = upload;
  }
}
