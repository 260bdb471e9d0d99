import { ArchiveWorker } from './archive-worker.ts';

/** `docker cp` asks twice, and scripts copy file after file; for longer the memory is better spent. */
const KEEP_SPARE_MS = 10_000;

/**
 * Starting a process takes as long as packing 50 MB: one that is done is kept for a while, for the next request. As many
 * run as there are requests at once.
 */
export class ArchiveWorkers {
  readonly #compileCache: string;
  #spare: ArchiveWorker | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(compileCache: string) {
    this.#compileCache = compileCache;
  }

  /** The caller gives it back. */
  take(): ArchiveWorker {
    const spare = this.#spare;
    this.#spare = undefined;
    clearTimeout(this.#timer);
    if (spare?.isFree !== true) return new ArchiveWorker(this.#compileCache);
    spare.keepsDaemon(true);
    return spare;
  }

  /** One that is still at work is killed. Resolves when it holds nothing of a container any more. */
  async giveBack(worker: ArchiveWorker): Promise<void> {
    if (!worker.isFree) return worker.kill();
    if (this.#spare !== undefined) return worker.end();
    this.#spare = worker;
    worker.keepsDaemon(false);
    this.#timer = setTimeout(() => {
      this.#spare = undefined;
      worker.end();
    }, KEEP_SPARE_MS).unref();
  }
}
