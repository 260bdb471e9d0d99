import { watch } from 'node:fs';
import { hasErrorCode } from '../lib/system-error.ts';

/** Where nothing tells of changes, one is looked for this often. */
const LOOK_MS = 250;
/** Of inotify: all watches, or all of its descriptors, are taken. */
const LIMITS = ['ENOSPC', 'EMFILE', 'ENFILE'];

type Watch = (path: string, options: { persistent: boolean }, changed: () => void) => ReturnType<typeof watch>;

/**
 * Tells that a file, or one in a folder, may have changed, by inotify; where the system's limits of that are used up, which
 * containers can do, it says so again and again. Changes between two calls of `next` are kept as one, so that a reader that
 * begins to watch first and reads then misses none.
 */
export class FileChanges {
  readonly #end: () => void;
  #changed = false;
  #wake: (() => void) | undefined;

  /** @throws ENOENT. */
  constructor(path: string, watchFile: Watch = watch) {
    try {
      const watcher = watchFile(path, { persistent: true }, () => this.notify());
      // A watch that fails ends the wait; the reader finds out what is the matter when it reads.
      watcher.on('error', () => this.notify());
      this.#end = () => watcher.close();
    } catch (error) {
      if (!hasErrorCode(error, ...LIMITS)) throw error;
      const timer = setInterval(() => this.notify(), LOOK_MS);
      this.#end = () => clearInterval(timer);
    }
  }

  /** Ends the wait that is under way, or the next. */
  notify(): void {
    this.#changed = true;
    this.#wake?.();
  }

  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#changed = false;
  }

  close(): void {
    this.#end();
  }
}
