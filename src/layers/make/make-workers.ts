import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import { type Program, startProgram } from '../start-program.ts';
import type { MakeReply, MakeRequest } from './make-message.ts';

const PROGRAM = fileURLToPath(new URL('./make-process.ts', import.meta.url));

/** Builds often come in rows. */
const LINGER_MS = 30_000;

type Done = Extract<MakeReply, { readonly done: unknown }>['done'];

/**
 * Processes that make layers, as many as there are processors. They stay as long as somebody holds them and a little
 * longer, since starting one takes longer than most of their work, and end then, since an idle one holds memory. They
 * end when the daemon dies.
 */
export class MakeWorkers {
  readonly #compileCache: string;
  readonly #limit = availableParallelism();
  readonly #idle: MakeWorker[] = [];
  readonly #waiting: PromiseWithResolvers<MakeWorker>[] = [];
  #count = 0;
  #lingering: NodeJS.Timeout | undefined;
  #holders = 0;

  constructor(compileCache: string) {
    this.#compileCache = compileCache;
  }

  /** Keeps the processes until the returned function is called, once. */
  hold(): () => void {
    this.#holders++;
    clearTimeout(this.#lingering);
    return () => {
      this.#holders--;
      if (this.#holders === 0) this.#lingering = setTimeout(() => this.close(), LINGER_MS).unref();
    };
  }

  /** Those that do nothing end now, the others after what they do, unless somebody holds them. */
  close(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    for (const worker of this.#idle.splice(0)) this.#end(worker);
  }

  /** A request comes soon: a process is started, so that it is there then. */
  anticipate(): void {
    if (this.#count === 0) this.#release(this.#start());
  }

  /**
   * Has a process do something. An abort ends the process in the midst of it.
   * @throws what the process reported; internal when it died; the signal's reason.
   */
  async run(request: MakeRequest, signal?: AbortSignal): Promise<Done> {
    signal?.throwIfAborted();
    const worker = await this.#take();
    const abort = () => worker.kill();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await worker.run(request);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#release(worker);
    }
  }

  async #take(): Promise<MakeWorker> {
    const idle = this.#idle.pop();
    if (idle !== undefined && !idle.hasEnded) return idle;
    if (idle !== undefined) this.#count--;
    if (this.#count < this.#limit) return this.#start();
    const turn = Promise.withResolvers<MakeWorker>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  #start(): MakeWorker {
    this.#count++;
    return new MakeWorker(this.#compileCache);
  }

  #release(worker: MakeWorker): void {
    const next = this.#waiting.shift();
    if (worker.hasEnded) {
      this.#count--;
      next?.resolve(this.#start());
    } else if (next !== undefined) next.resolve(worker);
    else if (this.#holders > 0 || this.#lingering !== undefined) this.#idle.push(worker);
    else this.#end(worker);
  }

  #end(worker: MakeWorker): void {
    this.#count--;
    worker.end();
  }
}

class MakeWorker {
  readonly #program: Program;
  #current: PromiseWithResolvers<Done> | undefined;
  #hasEnded = false;

  constructor(compileCache: string) {
    this.#program = startProgram<MakeReply>(PROGRAM, compileCache, {
      onReply: (reply) => {
        if ('done' in reply) this.#current?.resolve(reply.done);
        else this.#current?.reject(new EngineError(reply.failed.kind, reply.failed.message));
      },
      onEnd: (how) => this.#fail(how),
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  run(request: MakeRequest): Promise<Done> {
    this.#current = Promise.withResolvers();
    if (this.#hasEnded) this.#fail('has ended');
    else this.#program.send(request);
    return this.#current.promise;
  }

  end(): void {
    this.#program.end();
  }

  kill(): void {
    this.#hasEnded = true;
    this.#program.kill();
  }

  #fail(how: string): void {
    this.#hasEnded = true;
    this.#current?.reject(internalError(`the process that makes layers ${how}`));
  }
}
