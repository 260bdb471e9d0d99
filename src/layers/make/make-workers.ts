import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EngineError, internalError } from '../../errors/engine-error.ts';
import type { MakeReply, MakeRequest } from './make-message.ts';

const PROGRAM = fileURLToPath(new URL('./make-process.ts', import.meta.url));

/** Builds often come in rows. */
const LINGER_MS = 30_000;

type Done = Extract<MakeReply, { readonly done: unknown }>['done'];

/**
 * Processes that make layers, as many as there are processors. They stay as long as somebody holds them and a little
 * longer, since starting one takes longer than most of their work, and end then, since an idle one holds memory. They end when the daemon dies.
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
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #current: PromiseWithResolvers<Done> | undefined;
  #out = '';
  #err = '';
  #hasEnded = false;

  constructor(compileCache: string) {
    this.#child = spawn(process.execPath, [PROGRAM, compileCache], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#err += text));
    // How it ended tells more than a broken pipe would.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => this.#fail(`cannot start: ${error.message}`));
    this.#child.on('close', (code, signal) => this.#fail(`ended with ${signal ?? code}: ${this.#err.trim()}`));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  run(request: MakeRequest): Promise<Done> {
    this.#current = Promise.withResolvers();
    if (this.#hasEnded) this.#fail('has ended');
    else this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#current.promise;
  }

  end(): void {
    this.#child.stdin.end();
  }

  kill(): void {
    this.#hasEnded = true;
    this.#child.kill('SIGKILL');
  }

  #receive(text: string): void {
    this.#out += text;
    if (!this.#out.endsWith('\n')) return;
    const reply = JSON.parse(this.#out) as MakeReply;
    this.#out = '';
    if ('done' in reply) this.#current?.resolve(reply.done);
    else this.#current?.reject(new EngineError(reply.failed.kind, reply.failed.message));
  }

  #fail(how: string): void {
    this.#hasEnded = true;
    this.#current?.reject(internalError(`the process that makes layers ${how}`));
  }
}
