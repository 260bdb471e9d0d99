import { type FSWatcher, watch } from 'node:fs';

/**
 * Tells that a file, or one in a folder, may have changed, by inotify. Changes between two calls of `next` are kept as one, so that a reader
 * that begins to watch first and reads then misses none.
 */
export class FileChanges {
  readonly #watcher: FSWatcher;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.#watcher = watch(path, { persistent: true }, () => this.notify());
    // A watch that fails ends the wait; the reader finds out what is the matter when it reads.
    this.#watcher.on('error', () => this.notify());
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
    this.#watcher.close();
  }
}
