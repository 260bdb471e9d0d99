import { PartialBlob } from '../../content/partial-blob.ts';
import { KeyedLock } from '../../lib/keyed-lock.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { AnyDigest } from '../names.ts';
import { type BlobUpload, UploadOffset } from '../registry-content.ts';
import { uploadUnknown } from '../registry-error.ts';
import { isMissing } from './record-files.ts';
import { untilAborted } from './until-aborted.ts';

export interface UploadActions {
  /** Makes a blob of it. */
  readonly keep: (partial: PartialBlob, digest: AnyDigest) => Promise<void>;
  /** Removes what is left of it; called once, at its end. */
  readonly remove: () => Promise<void>;
}

/** One upload, which one request at a time works on: a new one interrupts the one before, which may be a dead connection. */
export class UploadSession implements BlobUpload {
  readonly id: string;
  readonly #partial: PartialBlob;
  readonly #actions: UploadActions;
  readonly #turns = new KeyedLock();
  #current = new AbortController();
  #isOver = false;

  private constructor(id: string, partial: PartialBlob, actions: UploadActions) {
    this.id = id;
    this.#partial = partial;
    this.#actions = actions;
  }

  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN when it has ended meanwhile */
  static async open(id: string, path: string, actions: UploadActions): Promise<UploadSession> {
    return new UploadSession(id, await PartialBlob.at(path).catch(unknownIfMissing), actions);
  }

  /** A request works on it. */
  get isBusy(): boolean {
    return this.#turns.isHeld('');
  }

  get sizeBytes(): number {
    return this.#partial.sizeBytes;
  }

  append(source: AsyncIterable<Uint8Array>, offset: number | undefined): Promise<void> {
    return this.#takeOver(async (signal) => {
      if (offset !== undefined && offset !== this.sizeBytes) throw new UploadOffset(this);
      try {
        await this.#partial.append(untilAborted(source, signal));
      } catch (error) {
        // What has come would keep the disk full until it expires.
        if (isDiskFull(error)) await this.#end();
        unknownIfMissing(error);
      }
    });
  }

  finish(digest: AnyDigest): Promise<void> {
    return this.#takeOver(async () => {
      try {
        await this.#actions.keep(this.#partial, digest);
      } catch (error) {
        unknownIfMissing(error);
      } finally {
        await this.#end();
      }
    });
  }

  async cancel(): Promise<void> {
    if (!this.#isOver) await this.#takeOver(() => this.#end());
  }

  #takeOver(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#current.abort();
    const mine = new AbortController();
    this.#current = mine;
    return this.#turns.run('', async () => {
      if (this.#isOver) throw uploadUnknown();
      await work(mine.signal);
    });
  }

  #end(): Promise<void> {
    this.#isOver = true;
    return this.#actions.remove();
  }
}

/** Somebody has removed its folder. */
function unknownIfMissing(error: unknown): never {
  throw isMissing(error) ? uploadUnknown() : error;
}

function isDiskFull(error: unknown): boolean {
  return hasErrorCode(error, 'ENOSPC', 'EDQUOT');
}
