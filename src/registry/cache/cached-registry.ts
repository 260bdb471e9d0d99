import { internalError, isEngineError } from '../../errors/engine-error.ts';
import { collectPieces } from '../../lib/collect-pieces.ts';
import { type Digest, digestOf, isDigest } from '../../lib/digest.ts';
import type { LocalRegistry } from '../local/local-registry.ts';
import { isMissing } from '../local/record-files.ts';
import type { AnyDigest, RepositoryName, Tag } from '../names.ts';
import type { ByteRange, Descriptor, RegistryContent, ServedBlob, ServedManifest } from '../registry-content.ts';
import { BlobFetch } from './blob-fetch.ts';
import type { CacheSpace } from './cache-space.ts';
import type { Upstream } from './upstream.ts';

export interface CacheOptions {
  readonly local: LocalRegistry;
  readonly upstream: Upstream;
  /** Undefined for as much as there is. */
  readonly space: CacheSpace | undefined;
  readonly logError: (message: string, error: unknown) => void;
}

/**
 * Another registry's content, kept as it is asked for. What has a digest comes from here once it was fetched; a tag is
 * looked up anew each time, and is what it was last while the other registry does not answer. Several who want a blob at
 * once share one fetch, which goes on when they leave.
 */
export class CachedRegistry implements RegistryContent {
  readonly #local: LocalRegistry;
  readonly #upstream: Upstream;
  readonly #space: CacheSpace | undefined;
  readonly #logError: CacheOptions['logError'];
  readonly #fetches = new Map<Digest, BlobFetch>();

  constructor({ local, upstream, space, logError }: CacheOptions) {
    this.#local = local;
    this.#upstream = upstream;
    this.#space = space;
    this.#logError = logError;
  }

  /** What is cached is asked for by its sha256. */
  canonical(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  repositories(after: string): AsyncIterable<RepositoryName> {
    return this.#local.repositories(after);
  }

  tags(name: RepositoryName): Promise<Tag[] | undefined> {
    return this.#orLocal(
      () => this.#upstream.tags(name),
      () => this.#local.tags(name),
    );
  }

  async referrers(name: RepositoryName, subject: AnyDigest): Promise<Descriptor[]> {
    const found = await this.#orLocal(
      () => (isDigest(subject) ? this.#upstream.referrers(name, subject) : Promise.resolve(undefined)),
      () => this.#local.referrers(name, subject),
    );
    return (found ?? []).sort((a, b) => (a.digest < b.digest ? -1 : 1));
  }

  async manifest(name: RepositoryName, reference: Tag | Digest): Promise<ServedManifest | undefined> {
    if (isDigest(reference)) return this.#manifestByDigest(name, reference, undefined);
    return this.#orLocal(
      () => this.#manifestByTag(name, reference),
      () => this.#lastKnown(name, reference),
    );
  }

  async #lastKnown(name: RepositoryName, tag: Tag): Promise<ServedManifest | undefined> {
    const known = await this.#local.manifest(name, tag);
    if (known !== undefined) await this.#touch(name, known.digest);
    return known;
  }

  async #touch(name: RepositoryName, manifest: Digest): Promise<void> {
    await this.#local.touchManifest(name, manifest);
    await this.#space?.used(manifest);
  }

  async #manifestByTag(name: RepositoryName, tag: Tag): Promise<ServedManifest | undefined> {
    const digest = await this.#upstream.resolve(name, tag);
    if (digest !== undefined) return this.#manifestByDigest(name, digest, tag);
    const found = await this.#upstream.manifest(name, tag);
    return found === undefined ? undefined : this.#keep(name, tag, found);
  }

  async #manifestByDigest(
    name: RepositoryName,
    digest: Digest,
    tag: Tag | undefined,
  ): Promise<ServedManifest | undefined> {
    const known = await this.#local.manifest(name, digest);
    if (known !== undefined) {
      await this.#touch(name, digest);
      if (tag !== undefined) await this.#local.setTag(name, tag, digest);
      return known;
    }
    const found = await this.#upstream.manifest(name, digest);
    return found === undefined ? undefined : this.#keep(name, tag, found);
  }

  async #keep(
    name: RepositoryName,
    tag: Tag | undefined,
    { contentType, bytes }: { readonly contentType: string; readonly bytes: Buffer },
  ): Promise<ServedManifest> {
    const reference = tag ?? digestOf(bytes);
    const kept = await this.#local.pushing(name, () => this.#local.keepManifest(name, reference, contentType, bytes));
    this.#space?.keptManifest(kept.digest, bytes.length);
    return kept;
  }

  /** Forgets manifests that nobody asked for since then; their blobs are garbage from here on. */
  expire(beforeMs: number): Promise<number> {
    return this.#local.expireManifests(beforeMs);
  }

  /** Blobs of this content have gone. */
  forget(digests: readonly Digest[]): void {
    for (const digest of digests) this.#space?.forget(digest);
  }

  async blob(name: RepositoryName, digest: Digest): Promise<ServedBlob | undefined> {
    const isRunning = this.#fetches.has(digest);
    const known = isRunning ? undefined : await this.#local.blob(name, digest);
    if (known !== undefined) return this.#known(name, known);
    const sizeBytes = await this.#upstream.blobSize(name, digest);
    if (sizeBytes === undefined) return undefined;
    // The other registry has it in this repository, and here it is in another one.
    const elsewhere = !isRunning && (await this.#local.mountBlob(name, digest, undefined));
    const mounted = elsewhere ? await this.#local.blob(name, digest) : undefined;
    if (mounted !== undefined) return this.#known(name, mounted);
    const whole = { first: 0, last: sizeBytes - 1 };
    return { digest, sizeBytes, read: (range) => this.#follow(name, { digest, sizeBytes }, range ?? whole) };
  }

  async #known(name: RepositoryName, blob: ServedBlob): Promise<ServedBlob> {
    await this.#space?.used(blob.digest);
    return { ...blob, read: (range) => this.#held(blob.digest, this.#readKnown(name, blob, range)) };
  }

  /** It may leave the cache between the question and the first byte: then it is fetched again. */
  async *#readKnown(name: RepositoryName, blob: ServedBlob, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
    let hasBegun = false;
    try {
      for await (const piece of blob.read(range)) {
        hasBegun = true;
        yield piece;
      }
    } catch (error) {
      if (hasBegun || !isMissing(error)) throw error;
      yield* this.#follow(name, blob, range ?? { first: 0, last: blob.sizeBytes - 1 });
    }
  }

  #held(digest: Digest, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return this.#space === undefined ? source : this.#space.reading(digest, source);
  }

  async *#follow(
    name: RepositoryName,
    blob: { readonly digest: Digest; readonly sizeBytes: number },
    range: ByteRange,
  ): AsyncGenerator<Uint8Array> {
    const fetch = this.#fetches.get(blob.digest) ?? (await this.#start(name, blob));
    yield* this.#held(blob.digest, fetch.read(range));
  }

  async #start(
    name: RepositoryName,
    blob: { readonly digest: Digest; readonly sizeBytes: number },
  ): Promise<BlobFetch> {
    const { digest, sizeBytes } = blob;
    const place = await this.#local.growingBlob(name, digest);
    const known = this.#fetches.get(digest);
    if (known !== undefined) {
      await place.discard();
      return known;
    }
    const fetch = new BlobFetch({
      sizeBytes,
      growingPath: place.growingPath,
      finalPath: place.finalPath,
      run: (onProgress) => {
        const fill = () => place.fill(noMoreThan(sizeBytes, this.#upstream.readBlob(name, blob)), onProgress);
        const space = this.#space;
        const inSpace = () => (space === undefined ? fill() : space.fetching(digest, sizeBytes, fill));
        return this.#local.pushing(name, inSpace);
      },
    });
    this.#fetches.set(digest, fetch);
    fetch.ended
      .catch((error: unknown) => this.#logError(`blob ${digest} of ${name} was not fetched`, error))
      .finally(() => this.#fetches.delete(digest));
    return fetch;
  }

  /** @throws unavailable when the other registry does not answer, and there is nothing here either */
  async #orLocal<T>(ask: () => Promise<T | undefined>, local: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!isEngineError(error, 'unavailable')) throw error;
      const known = await local();
      if (known === undefined) throw error;
      return known;
    }
  }
}

/** A registry that sends without an end does not fill the disk. */
async function* noMoreThan(sizeBytes: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  for await (const piece of source) {
    left -= piece.length;
    if (left < 0) throw internalError(`the registry sent more than the ${sizeBytes} bytes that it announced`);
    yield piece;
    collectPieces(piece.length);
  }
}
