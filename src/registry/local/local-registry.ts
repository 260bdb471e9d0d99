import { join } from 'node:path';
import { DirectoryContentStore } from '../../content/directory-content-store.ts';
import type { PartialBlob } from '../../content/partial-blob.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { type Digest, digestOf, isDigest } from '../../lib/digest.ts';
import { type ManifestDocument, parseManifest } from '../manifest-document.ts';
import { type AnyDigest, isAnyDigest, isSha512, type RepositoryName, type Sha512, type Tag } from '../names.ts';
import type {
  BlobUpload,
  Descriptor,
  ServedBlob,
  ServedManifest,
  StoredManifest,
  WritableRegistry,
} from '../registry-content.ts';
import { digestInvalid, type RegistryError } from '../registry-error.ts';
import { BlobUses } from './blob-uses.ts';
import { collectGarbage, type GarbageCollected, type GarbageContext } from './collect-garbage.ts';
import { DigestAliases, sha512Of, sha512OfFile } from './digest-aliases.ts';
import { PushActivity } from './push-activity.ts';
import { readBlob } from './read-blob.ts';
import { isMissing, RecordFiles } from './record-files.ts';
import { RepositoryRecords } from './repository-records.ts';
import { findBlob, refuseMissing, storeManifest } from './store-manifest.ts';
import { UploadFolders } from './upload-folders.ts';
import { type GrowingBlob, Uploads } from './uploads.ts';

export interface LocalRegistryOptions {
  /** A folder that is the registry's own; it is made where it is missing. */
  readonly root: string;
  /** Garbage is what nothing refers to for this long, and that no push may still need. */
  readonly graceMs: number;
  /** An upload that nothing was added to for this long is given up; 0 for never. */
  readonly uploadExpiryMs: number;
}

export interface KeptContent {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly usedMs: number;
  readonly isManifest: boolean;
}

/** A registry over a folder: content by digest, and small files that say which repository has what. */
export class LocalRegistry implements WritableRegistry {
  readonly #content: DirectoryContentStore;
  readonly #records: RepositoryRecords;
  readonly #files: RecordFiles;
  readonly #aliases: DigestAliases;
  readonly #uploads: Uploads;
  readonly #uses = new BlobUses();
  readonly #pushes: PushActivity;

  constructor(options: LocalRegistryOptions) {
    const { root } = options;
    this.#content = new DirectoryContentStore(join(root, 'content'));
    this.#files = new RecordFiles(join(root, 'temporary'));
    this.#aliases = new DigestAliases(join(root, 'digests', 'sha512'), this.#files);
    this.#records = new RepositoryRecords(join(root, 'repositories'), this.#files);
    this.#uploads = new Uploads({
      folders: new UploadFolders(join(root, 'uploads'), this.#files),
      keep: (name, partial, digest) => this.#keep(name, partial, digest),
      expiryMs: options.uploadExpiryMs,
    });
    this.#pushes = new PushActivity(options.graceMs);
  }

  /** Removes what a crash left half-written; uploads stay, to be gone on with. Before anything else. */
  async recover(): Promise<void> {
    await this.#content.sweep();
    await this.#files.sweep();
  }

  /** Where nobody goes on with them, as in a cache. Before anything else. */
  sweepUploads(): Promise<void> {
    return this.#uploads.sweep();
  }

  /** While everything else goes on: gives up idle uploads, and removes what no manifest refers to. */
  async collectGarbage(signal: AbortSignal): Promise<GarbageCollected> {
    await this.expireUploads();
    return this.#inFolders(() => collectGarbage(this.#parts(), signal));
  }

  /** Gives up uploads that nothing was added to for long, and that no request works on. */
  expireUploads(): Promise<void> {
    return this.#uploads.expire();
  }

  /** Whoever removes the folders of a registry that runs takes its content, and not its service. */
  async #inFolders<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.#content.makeFolders();
      return work();
    }
  }

  repositories(after: string): AsyncIterable<RepositoryName> {
    return this.#records.repositories('_manifests', after);
  }

  tags(name: RepositoryName): Promise<Tag[] | undefined> {
    return this.#records.tags(name);
  }

  canonical(digest: Sha512): Promise<Digest | undefined> {
    return this.#aliases.resolve(digest);
  }

  async manifest(name: RepositoryName, reference: Tag | Digest): Promise<ServedManifest | undefined> {
    const digest = isDigest(reference) ? reference : await this.#records.tag(name, reference);
    const record = digest === undefined ? undefined : await this.#records.manifest(name, digest);
    if (record === undefined) return undefined;
    await this.#uses.use(record.digest);
    try {
      const bytes = await this.#content.readAll(record.digest);
      return { digest: record.digest, mediaType: record.mediaType, bytes };
    } catch (error) {
      if (isEngineError(error, 'not_found')) return undefined;
      throw error;
    }
  }

  async blob(name: RepositoryName, digest: Digest): Promise<ServedBlob | undefined> {
    const info = await findBlob(this.#parts(), name, digest);
    if (info === undefined) return undefined;
    return { ...info, read: (range) => readBlob(this.#content.pathOf(digest), digest, range) };
  }

  async referrers(name: RepositoryName, subject: AnyDigest): Promise<Descriptor[]> {
    const records = await this.#records.referrers(name, subject);
    return records.map(({ subject: _subject, ...descriptor }) => descriptor);
  }

  startUpload(name: RepositoryName): Promise<BlobUpload> {
    return this.#uploads.start(name);
  }

  findUpload(name: RepositoryName, id: string): Promise<BlobUpload> {
    return this.#uploads.find(name, id);
  }

  async #keep(name: RepositoryName, partial: PartialBlob, asked: AnyDigest): Promise<void> {
    const alias = isDigest(asked) ? undefined : asked;
    if (alias !== undefined && (await sha512OfFile(partial.path)) !== alias) throw mismatch(asked);
    const digest = isDigest(asked) ? asked : await partial.seal();
    await this.#uses.use(digest);
    try {
      await this.#inFolders(() => this.#content.complete(partial, digest));
    } catch (error) {
      if (!isEngineError(error, 'invalid_argument')) throw error;
      throw mismatch(asked, error);
    }
    await this.#records.addBlob(name, digest);
    if (alias !== undefined) await this.#aliases.add(alias, digest);
  }

  pushing<T>(name: RepositoryName, work: () => Promise<T>): Promise<T> {
    return this.#pushes.during(name, work);
  }

  /** For a cache: where a blob grows, and where it is when it is whole. */
  async growingBlob(name: RepositoryName, digest: Digest): Promise<GrowingBlob & { readonly finalPath: string }> {
    return { ...(await this.#uploads.grow(name, digest)), finalPath: this.#content.pathOf(digest) };
  }

  async mountBlob(name: RepositoryName, digest: Digest, from: RepositoryName | undefined): Promise<boolean> {
    if (from !== undefined && !(await this.#records.hasBlob(from, digest))) return false;
    if ((await this.#content.stat(digest)) === undefined) return false;
    await this.#uses.use(digest);
    if ((await this.#content.stat(digest)) === undefined) return false;
    await this.#records.addBlob(name, digest);
    return true;
  }

  async putManifest(
    name: RepositoryName,
    reference: Tag | AnyDigest,
    contentType: string | undefined,
    bytes: Buffer,
  ): Promise<StoredManifest> {
    const document = parseManifest(bytes, contentType);
    const digest = digestOf(bytes);
    const alias = isSha512(reference) ? reference : undefined;
    const actual = alias === undefined ? digest : sha512Of(bytes);
    if (isAnyDigest(reference) && reference !== actual) throw mismatch(reference);
    await refuseMissing(this.#parts(), name, document);
    await this.#store(name, isAnyDigest(reference) ? digest : reference, document, bytes);
    if (alias !== undefined) await this.#aliases.add(alias, digest);
    return { digest, subject: document.subject };
  }

  /** As `putManifest`, whether what it refers to is here or not: for content that comes as it is asked for. */
  async keepManifest(
    name: RepositoryName,
    reference: Tag | Digest,
    contentType: string,
    bytes: Buffer,
  ): Promise<ServedManifest> {
    const document = parseManifest(bytes, contentType);
    await this.#store(name, reference, document, bytes);
    return { digest: digestOf(bytes), mediaType: document.mediaType, bytes };
  }

  /** It is asked for: `expireManifests` leaves it for a while. */
  touchManifest(name: RepositoryName, digest: Digest): Promise<void> {
    return this.#records.touchManifest(name, digest);
  }

  /** Removes manifests, with their tags, that were last brought or touched before then. What they refer to is garbage. */
  async expireManifests(beforeMs: number): Promise<number> {
    let expired = 0;
    for await (const name of this.#records.repositories('_manifests')) {
      for (const digest of await this.#records.manifests(name)) {
        const touchedMs = await this.#records.manifestTouchedMs(name, digest);
        if (touchedMs !== undefined && touchedMs < beforeMs && (await this.deleteManifest(name, digest))) expired++;
      }
    }
    return expired;
  }

  /** All content, with when it was last brought or touched. */
  async *contents(): AsyncGenerator<KeptContent> {
    const manifests = new Set<Digest>();
    for await (const name of this.#records.repositories('_manifests')) {
      for (const digest of await this.#records.manifests(name)) manifests.add(digest);
    }
    for await (const { digest, sizeBytes } of this.#content.list()) {
      const usedMs = await this.#files.touchedMs(this.#content.pathOf(digest));
      if (usedMs !== undefined) yield { digest, sizeBytes, usedMs, isManifest: manifests.has(digest) };
    }
  }

  /** It counts as used now, also after a restart. */
  touchContent(digest: Digest): Promise<void> {
    return this.#files.touch(this.#content.pathOf(digest));
  }

  /** Removes content whatever refers to it. Who reads it already reads on; who asks for it from here on finds none. */
  async evict(digest: Digest): Promise<void> {
    await this.#uses.removeUnlessUsed(digest, Number.POSITIVE_INFINITY, () => this.#content.delete(digest));
  }

  setTag(name: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    return this.#records.setTag(name, tag, digest);
  }

  #store(name: RepositoryName, reference: Tag | Digest, document: ManifestDocument, bytes: Buffer): Promise<void> {
    return this.#inFolders(() => storeManifest(this.#parts(), name, reference, document, bytes));
  }

  #parts(): GarbageContext {
    return {
      content: this.#content,
      records: this.#records,
      uses: this.#uses,
      pushes: this.#pushes,
      aliases: this.#aliases,
    };
  }

  async deleteManifest(name: RepositoryName, digest: Digest): Promise<boolean> {
    for (const tag of (await this.#records.tags(name)) ?? []) {
      if ((await this.#records.tag(name, tag)) === digest) await this.#records.deleteTag(name, tag);
    }
    return this.#records.deleteManifest(name, digest);
  }

  deleteTag(name: RepositoryName, tag: Tag): Promise<boolean> {
    return this.#records.deleteTag(name, tag);
  }

  deleteBlob(name: RepositoryName, digest: Digest): Promise<boolean> {
    return this.#records.deleteBlob(name, digest);
  }
}

function mismatch(digest: AnyDigest, cause?: unknown): RegistryError {
  return digestInvalid(digest, 'provided digest did not match uploaded content', cause);
}
