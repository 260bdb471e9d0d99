import type { ContainerId } from '../../lib/ids.ts';
import type { MonitorStream, Runtime } from '../../runtime/runtime.ts';

type Deliver = (stream: MonitorStream | undefined) => void;

/**
 * Clients that are attached to a container before it runs. They are connected to its monitor after the runtime has made
 * it and before its process runs, so that they get its output from the first byte.
 */
export class Attachments {
  readonly #runtime: Runtime;
  readonly #pending = new Map<ContainerId, Set<Deliver>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** The stream of the next run; undefined when the start failed, the container was removed, or `signal` was aborted. */
  next(id: ContainerId, signal: AbortSignal): Promise<MonitorStream | undefined> {
    const { promise, resolve } = Promise.withResolvers<MonitorStream | undefined>();
    if (signal.aborted) return Promise.resolve(undefined);
    const set = this.#pending.get(id) ?? new Set();
    this.#pending.set(id, set);
    const abort = () => deliver(undefined);
    const deliver: Deliver = (stream) => {
      set.delete(deliver);
      if (set.size === 0 && this.#pending.get(id) === set) this.#pending.delete(id);
      signal.removeEventListener('abort', abort);
      resolve(stream);
    };
    set.add(deliver);
    signal.addEventListener('abort', abort, { once: true });
    return promise;
  }

  /** Between `Runtime.create` and `Runtime.start`. */
  async connect(id: ContainerId): Promise<void> {
    const waiting = [...(this.#pending.get(id) ?? [])];
    await Promise.all(
      waiting.map(async (deliver) => {
        const stream = await this.#runtime.attach(id);
        if (this.#pending.get(id)?.has(deliver) === true) deliver(stream);
        else stream.close();
      }),
    );
  }

  /** Ends the wait of all: there will be no run. */
  release(id: ContainerId): void {
    const waiting = Array.from(this.#pending.get(id) ?? []);
    for (const deliver of waiting) deliver(undefined);
  }
}
