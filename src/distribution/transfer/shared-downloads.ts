import type { Digest } from '../../lib/digest.ts';
import type { DownloadProgress } from './download-progress.ts';
import { Slots } from './slots.ts';

type Listener = (progress: DownloadProgress) => void;

/** One way to bring a blob into the content store. */
export interface Download {
  /** Ends soon after the signal. */
  run(signal: AbortSignal, tell: Listener): Promise<void>;
  /** Called once, at the end, whether it ran or not. */
  close(): void;
}

interface Running {
  readonly ended: Promise<void>;
  readonly controller: AbortController;
  /** Each in an object of its own: one function may listen twice. */
  readonly listeners: Set<{ readonly tell: Listener }>;
  latest: DownloadProgress;
}

/**
 * Downloads by digest, so many at once. Whoever wants a blob that is already on its way joins: each is told of the
 * progress, and the download ends when the last of them has lost interest.
 */
export class SharedDownloads {
  readonly #slots: Slots;
  readonly #running = new Map<Digest, Running>();

  constructor(limit: () => number) {
    this.#slots = new Slots(limit);
  }

  /**
   * Resolves when the blob is in the content store. `open` is called only when nobody else fetches it.
   * @throws the download's failure; the signal's reason, once nothing is written any more for this caller alone
   */
  async join(digest: Digest, open: () => Download, listener: Listener, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const running = this.#running.get(digest) ?? this.#start(digest, open());
    const joined = { tell: listener };
    running.listeners.add(joined);
    if (running.latest.state !== 'queued') listener(running.latest);
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const onAbort = () => leave();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([running.ended, left]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      running.listeners.delete(joined);
    }
    if (!signal.aborted) return;
    if (running.listeners.size === 0) await this.#cancel(digest, running);
    signal.throwIfAborted();
  }

  #start(digest: Digest, download: Download): Running {
    const controller = new AbortController();
    const listeners: Running['listeners'] = new Set();
    const tell: Listener = (progress) => {
      running.latest = progress;
      for (const listener of listeners) listener.tell(progress);
    };
    const { signal } = controller;
    const ended = Promise.resolve()
      .then(() =>
        this.#slots.run(
          signal,
          () => tell({ state: 'waiting' }),
          () => download.run(signal, tell),
        ),
      )
      .finally(() => {
        download.close();
        if (this.#running.get(digest) === running) this.#running.delete(digest);
      });
    const running: Running = { ended, controller, listeners, latest: { state: 'queued' } };
    this.#running.set(digest, running);
    return running;
  }

  /** Whoever comes after this begins anew. */
  async #cancel(digest: Digest, running: Running): Promise<void> {
    if (this.#running.get(digest) === running) this.#running.delete(digest);
    running.controller.abort();
    // It fails because it was ended; that is no news.
    await running.ended.catch(() => undefined);
  }
}
