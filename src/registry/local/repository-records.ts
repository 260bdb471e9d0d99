import { join } from 'node:path';
import type { Digest } from '../../lib/digest.ts';
import { hexOf, isDigest } from '../../lib/digest.ts';
import { type AnyDigest, isRepositoryName, isTag, type RepositoryName, type Tag } from '../names.ts';
import type { Descriptor } from '../registry-content.ts';
import type { RecordFiles } from './record-files.ts';

/** What is remembered of a manifest besides its bytes. */
export interface ManifestRecord extends Descriptor {
  readonly subject?: AnyDigest;
}

/**
 * Which repository has what: a folder for each, whose `_blobs`, `_manifests`, `_tags` and `_referrers` cannot be taken
 * for a part of a repository's name. Nothing here says that the content itself is there.
 */
export class RepositoryRecords {
  readonly #root: string;
  readonly #files: RecordFiles;

  constructor(root: string, files: RecordFiles) {
    this.#root = root;
    this.#files = files;
  }

  /** Those that have anything of this kind, in the order of their names, behind `after`. Reads no more than is taken. */
  async *repositories(kind: '_manifests' | '_blobs', after = ''): AsyncGenerator<RepositoryName> {
    yield* this.#walk('', kind, after);
  }

  /** `prefix` is empty or ends with a slash. */
  async *#walk(prefix: string, kind: '_manifests' | '_blobs', after: string): AsyncGenerator<RepositoryName> {
    const entries = ((await this.#files.list(join(this.#root, prefix))) ?? []).filter((one) => !one.startsWith('_'));
    // Between a repository and those below it come others: `a`, `a-b`, `a/b`.
    for (const name of entries.flatMap((entry) => [prefix + entry, `${prefix}${entry}/`]).sort()) {
      if (name.endsWith('/')) {
        if (name > after || after.startsWith(name)) yield* this.#walk(name, kind, after);
      } else if (name > after && isRepositoryName(name) && (await this.#hasAny(name, kind))) yield name;
    }
  }

  async #hasAny(name: RepositoryName, kind: string): Promise<boolean> {
    return ((await this.#files.list(this.#path(name, kind))) ?? []).length > 0;
  }

  /** Undefined without such a repository. */
  async tags(name: RepositoryName): Promise<Tag[] | undefined> {
    // A repository that lost its last manifest is still one.
    if ((await this.#files.list(this.#path(name, '_manifests'))) === undefined) return undefined;
    return ((await this.#files.list(this.#path(name, '_tags'))) ?? []).filter(isTag);
  }

  async tag(name: RepositoryName, tag: Tag): Promise<Digest | undefined> {
    const digest = await this.#files.read(this.#path(name, '_tags', tag));
    return digest !== undefined && isDigest(digest) ? digest : undefined;
  }

  setTag(name: RepositoryName, tag: Tag, digest: Digest): Promise<void> {
    return this.#files.write(this.#path(name, '_tags', tag), digest);
  }

  deleteTag(name: RepositoryName, tag: Tag): Promise<boolean> {
    return this.#files.delete(this.#path(name, '_tags', tag));
  }

  async manifest(name: RepositoryName, digest: Digest): Promise<ManifestRecord | undefined> {
    const content = await this.#files.read(this.#path(name, '_manifests', hexOf(digest)));
    return content === undefined ? undefined : (JSON.parse(content) as ManifestRecord);
  }

  /** Remembers, over restarts too, that the manifest is used. */
  touchManifest(name: RepositoryName, digest: Digest): Promise<void> {
    return this.#files.touch(this.#path(name, '_manifests', hexOf(digest)));
  }

  /** When it was last brought or touched. */
  manifestTouchedMs(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    return this.#files.touchedMs(this.#path(name, '_manifests', hexOf(digest)));
  }

  async manifests(name: RepositoryName): Promise<Digest[]> {
    return digestsOf(await this.#files.list(this.#path(name, '_manifests')));
  }

  /** The subject's list first: an entry there that has no manifest is passed over. */
  async addManifest(name: RepositoryName, record: ManifestRecord): Promise<void> {
    const { subject, digest } = record;
    if (subject !== undefined) await this.#files.write(this.#referrer(name, subject, digest), '');
    await this.#files.write(this.#path(name, '_manifests', hexOf(digest)), JSON.stringify(record));
  }

  async deleteManifest(name: RepositoryName, digest: Digest): Promise<boolean> {
    const record = await this.manifest(name, digest);
    const wasThere = await this.#files.delete(this.#path(name, '_manifests', hexOf(digest)));
    if (record?.subject !== undefined) await this.#files.delete(this.#referrer(name, record.subject, digest));
    return wasThere;
  }

  async referrers(name: RepositoryName, subject: AnyDigest): Promise<ManifestRecord[]> {
    const found: ManifestRecord[] = [];
    for (const digest of digestsOf(await this.#files.list(this.#path(name, '_referrers', subjectFolder(subject))))) {
      const record = await this.manifest(name, digest);
      if (record !== undefined) found.push(record);
    }
    return found;
  }

  async hasBlob(name: RepositoryName, digest: Digest): Promise<boolean> {
    return (await this.#files.read(this.#path(name, '_blobs', hexOf(digest)))) !== undefined;
  }

  addBlob(name: RepositoryName, digest: Digest): Promise<void> {
    return this.#files.write(this.#path(name, '_blobs', hexOf(digest)), '');
  }

  deleteBlob(name: RepositoryName, digest: Digest): Promise<boolean> {
    return this.#files.delete(this.#path(name, '_blobs', hexOf(digest)));
  }

  async blobs(name: RepositoryName): Promise<Digest[]> {
    return digestsOf(await this.#files.list(this.#path(name, '_blobs')));
  }

  #referrer(name: RepositoryName, subject: AnyDigest, digest: Digest): string {
    return this.#path(name, '_referrers', subjectFolder(subject), hexOf(digest));
  }

  #path(name: RepositoryName, ...rest: string[]): string {
    return join(this.#root, name, ...rest);
  }
}

/** The digits: their number tells the algorithm. */
function subjectFolder(subject: AnyDigest): string {
  return subject.slice(subject.indexOf(':') + 1);
}

function digestsOf(names: readonly string[] | undefined): Digest[] {
  return (names ?? []).map((name) => `sha256:${name}`).filter(isDigest);
}
