import { availableParallelism } from 'node:os';
import type { UnpackedLayer, UnpackRequest } from './unpack-message.ts';
import { type OnProgress, UnpackWorker } from './unpack-worker.ts';

interface Task extends PromiseWithResolvers<UnpackedLayer> {
  readonly request: UnpackRequest;
  readonly onProgress: OnProgress | undefined;
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

  /** @throws as a worker's `unpack`. */
  unpack(request: UnpackRequest, onProgress?: OnProgress): Promise<UnpackedLayer> {
    const task = { request, onProgress, ...Promise.withResolvers<UnpackedLayer>() };
    this.#waiting.push(task);
    if (this.#workers < this.#limit) void this.#work();
    return task.promise;
  }

  /** Never rejects: what goes wrong is told to whoever waits for the layer. */
  async #work(): Promise<void> {
    this.#workers++;
    let worker = new UnpackWorker(this.#compileCache);
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      if (worker.hasEnded) worker = new UnpackWorker(this.#compileCache);
      try {
        task.resolve(await worker.unpack(task.request, task.onProgress));
      } catch (error) {
        task.reject(error);
      }
    }
    worker.end();
    this.#workers--;
  }
}
