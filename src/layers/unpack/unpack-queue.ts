import { availableParallelism } from 'node:os';
import type { UnpackedLayer, UnpackRequest } from './unpack-message.ts';
import { type OnProgress, UnpackWorker } from './unpack-worker.ts';

interface Task extends PromiseWithResolvers<UnpackedLayer> {
  readonly request: UnpackRequest;
  readonly onProgress: OnProgress | undefined;
  /** That is at it. */
  worker?: UnpackWorker;
}

/**
 * Unpacks layers by as many processes as there are processors. A process takes layers as long as any wait, since
 * starting one takes longer than most layers, and ends then, since an idle one holds memory.
 */
export class UnpackQueue {
  readonly #compileCache: string;
  readonly #limit = availableParallelism();
  readonly #waiting: Task[] = [];
  #workers = 0;

  constructor(compileCache: string) {
    this.#compileCache = compileCache;
  }

  /** @throws as a worker's `unpack`; the signal's reason, once nothing is written any more. */
  async unpack(request: UnpackRequest, signal: AbortSignal, onProgress?: OnProgress): Promise<UnpackedLayer> {
    signal.throwIfAborted();
    const task: Task = { request, onProgress, ...Promise.withResolvers<UnpackedLayer>() };
    this.#waiting.push(task);
    if (this.#workers < this.#limit) void this.#work();
    const stop = () => this.#stop(task, signal);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await task.promise;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  #stop(task: Task, signal: AbortSignal): void {
    const index = this.#waiting.indexOf(task);
    if (index < 0) return task.worker?.kill();
    this.#waiting.splice(index, 1);
    task.reject(signal.reason);
  }

  /** Never rejects: what goes wrong is told to whoever waits for the layer. */
  async #work(): Promise<void> {
    this.#workers++;
    let worker = new UnpackWorker(this.#compileCache);
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      if (worker.hasEnded) worker = new UnpackWorker(this.#compileCache);
      task.worker = worker;
      try {
        task.resolve(await worker.unpack(task.request, task.onProgress));
      } catch (error) {
        task.reject(error);
      }
      // From here on it works for others.
      delete task.worker;
    }
    worker.end();
    this.#workers--;
  }
}
