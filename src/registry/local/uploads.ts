import { PartialBlob } from '../../content/partial-blob.ts';
import type { Digest } from '../../lib/digest.ts';
import type { AnyDigest, RepositoryName } from '../names.ts';
import type { BlobUpload } from '../registry-content.ts';
import type { UploadFolders } from './upload-folders.ts';
import { UploadSession } from './upload-session.ts';

export interface GrowingBlob {
  readonly growingPath: string;
  /** Reads the source to its end and makes a blob of it. @throws RegistryError DIGEST_INVALID; nothing is left then */
  readonly fill: (source: AsyncIterable<Uint8Array>, onProgress: () => void) => Promise<void>;
  readonly discard: () => Promise<void>;
}

export interface UploadsOptions {
  readonly folders: UploadFolders;
  /** Makes a blob of a repository of what has arrived. */
  readonly keep: (name: RepositoryName, partial: PartialBlob, digest: AnyDigest) => Promise<void>;
  /** An upload that nothing was added to for this long is given up; 0 for never. */
  readonly expiryMs: number;
}

/** What is arriving: for clients, over any number of requests, and for a cache. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #sessions = new Map<string, Promise<UploadSession>>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  async start(name: RepositoryName): Promise<BlobUpload> {
    return this.#session(name, await this.#options.folders.make(name));
  }

  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN */
  async find(name: RepositoryName, id: string): Promise<BlobUpload> {
    await this.#options.folders.check(name, id);
    return this.#session(name, id);
  }

  #session(name: RepositoryName, id: string): Promise<BlobUpload> {
    const { folders, keep } = this.#options;
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const opened = UploadSession.open(id, folders.dataPath(id), {
      keep: (partial, digest) => keep(name, partial, digest),
      // Known until its folder has gone: who comes meanwhile meets its end, and makes no file in what is being removed.
      remove: () => folders.remove(id).finally(() => this.#sessions.delete(id)),
    });
    this.#sessions.set(id, opened);
    opened.catch(() => this.#sessions.delete(id));
    return opened;
  }

  /** A place for a blob to grow in, where it can be read meanwhile. Whoever asked for it fills or discards it. */
  async grow(name: RepositoryName, digest: Digest): Promise<GrowingBlob> {
    const { folders, keep } = this.#options;
    const id = await folders.make(name);
    const growingPath = folders.dataPath(id);
    const partial = await PartialBlob.at(growingPath);
    const discard = () => folders.remove(id);
    return {
      growingPath,
      discard,
      fill: async (source, onProgress) => {
        try {
          await partial.append(source, onProgress);
          await keep(name, partial, digest);
        } finally {
          await discard();
        }
      },
    };
  }

  /** Removes all that was arriving when the process before ended. Only at start. */
  async sweep(): Promise<void> {
    const { folders } = this.#options;
    for (const id of await folders.idle(Number.POSITIVE_INFINITY)) await folders.remove(id);
  }

  /** Gives up uploads that nothing was added to for long, and that no request works on. */
  async expire(): Promise<void> {
    const { folders, expiryMs } = this.#options;
    if (expiryMs === 0) return;
    for (const id of await folders.idle(Date.now() - expiryMs)) {
      const session = await this.#sessions.get(id)?.catch(() => undefined);
      if (session === undefined) await folders.remove(id);
      else if (!session.isBusy) await session.cancel();
    }
  }
}
