import type { Digest } from '../../lib/digest.ts';
import type { RepositoryName, Tag } from '../names.ts';
import type { Descriptor } from '../registry-content.ts';

/** The registry that is cached. Undefined stands for what it does not have; what it does not answer is `unavailable`. */
export interface Upstream {
  /** The manifest that a tag has now. */
  resolve(name: RepositoryName, tag: Tag): Promise<Digest | undefined>;
  manifest(
    name: RepositoryName,
    reference: Tag | Digest,
  ): Promise<{ readonly contentType: string; readonly bytes: Buffer } | undefined>;
  blobSize(name: RepositoryName, digest: Digest): Promise<number | undefined>;
  /** Goes on by itself where a connection broke. Its reader checks the digest. */
  readBlob(
    name: RepositoryName,
    blob: { readonly digest: Digest; readonly sizeBytes: number },
  ): AsyncIterable<Uint8Array>;
  tags(name: RepositoryName): Promise<Tag[] | undefined>;
  referrers(name: RepositoryName, subject: Digest): Promise<Descriptor[] | undefined>;
}
