import { PassThrough } from 'node:stream';
import { EngineError, invalidArgument } from '../../errors/engine-error.ts';
import { type ContainerId, type ExecId, randomId } from '../../lib/ids.ts';
import type { CreateRequest, ExecRequest, ExitStatus, MonitorStream, Runtime } from '../../runtime/runtime.ts';

type Piece = { readonly stream: 'stdout' | 'stderr'; readonly data: Buffer };

/** A monitor's connection whose output a test writes, and whose input it reads. */
export class FakeStream implements MonitorStream {
  readonly input = new PassThrough();
  closed = false;
  readonly #pieces: Piece[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  readonly output: AsyncIterable<Piece> = { [Symbol.asyncIterator]: () => this.#read() };

  say(text: string, stream: Piece['stream'] = 'stdout'): void {
    this.#pieces.push({ stream, data: Buffer.from(text) });
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  close(): void {
    this.closed = true;
    this.end();
  }

  async *#read(): AsyncGenerator<Piece> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

interface Failure {
  readonly method: string;
  readonly error: Error;
  readonly thenFail?: Failure;
}

interface FakeProcess {
  paused?: boolean;
  status: 'created' | 'running' | 'exited';
  readonly exit: PromiseWithResolvers<ExitStatus>;
  result?: ExitStatus;
  readonly streams: FakeStream[];
}

/** Containers as entries of a map: what the real runtime promises, without processes. SIGKILL and SIGTERM end them. */
export class FakeRuntime implements Runtime {
  readonly calls: string[] = [];
  readonly processes = new Map<string, FakeProcess>();
  /** Who is to be told. */
  readonly outOfMemory = new Map<string, () => void>();
  /** Fails the next call of this method. */
  failNext: Failure | undefined;
  ignoresTerm = false;

  anticipate(): void {}

  anticipateExec(): ExecId {
    return randomId<ExecId>();
  }

  async create({ id }: CreateRequest): Promise<{ pid: number; monitorPid: number }> {
    this.#called('create');
    this.processes.set(id, { status: 'created', exit: Promise.withResolvers(), streams: [] });
    return { pid: 100, monitorPid: 99 };
  }

  async start(id: ContainerId): Promise<void> {
    this.#called('start');
    this.#process(id).status = 'running';
  }

  async kill(id: ContainerId, signal: number): Promise<void> {
    this.#called(`kill ${signal}`);
    if (signal === 9 || (signal === 15 && !this.ignoresTerm)) this.end(id, 128 + signal);
  }

  async pause(id: ContainerId): Promise<void> {
    this.#called('pause');
    this.#process(id).paused = true;
  }

  async update(): Promise<void> {
    this.#called('update');
  }

  async resume(id: ContainerId): Promise<void> {
    this.#called('resume');
    this.#process(id).paused = false;
  }

  /** The container's process ends. */
  end(id: string, exitCode: number, finishedAt = new Date(), oomKilled = false): void {
    const process = this.#process(id);
    process.status = 'exited';
    process.result = { exitCode, oomKilled, finishedAt };
    process.exit.resolve(process.result);
    for (const stream of process.streams) stream.end();
  }

  async attach(id: ContainerId): Promise<FakeStream> {
    this.#called('attach');
    const stream = new FakeStream();
    this.#process(id).streams.push(stream);
    return stream;
  }

  async resize(): Promise<void> {
    this.#called('resize');
  }

  async delete(id: ContainerId): Promise<void> {
    this.#called('delete');
    this.processes.delete(id);
  }

  async exec({ execId, process: specification }: ExecRequest): Promise<{ pid: number; stream: FakeStream }> {
    this.#called('exec');
    const { args } = await specification;
    if (args[0] === 'missing') throw invalidArgument('executable file not found in $PATH');
    const stream = new FakeStream();
    this.processes.set(execId, { status: 'running', exit: Promise.withResolvers(), streams: [stream] });
    return { pid: 200, stream };
  }

  async resizeExec(): Promise<void> {
    this.#called('resizeExec');
  }

  waitExec(_id: ContainerId, execId: ExecId): Promise<ExitStatus> {
    return this.#process(execId).exit.promise;
  }

  async killExec(_id: ContainerId, execId: ExecId): Promise<void> {
    this.#called('killExec');
    if (this.processes.get(execId)?.status === 'running') this.end(execId, 137);
  }

  async deleteExec(_id: ContainerId, execId: ExecId): Promise<void> {
    this.#called('deleteExec');
    this.processes.delete(execId);
  }

  onOutOfMemory(id: ContainerId, callback: () => void): () => void {
    this.outOfMemory.set(id, callback);
    return () => this.outOfMemory.delete(id);
  }

  sharedMemoryOf(id: ContainerId): string {
    return `/run/${id}/shm`;
  }

  async reopenLog(): Promise<void> {
    this.calls.push('reopenLog');
  }

  wait(id: ContainerId): Promise<ExitStatus> {
    return this.#process(id).exit.promise;
  }

  async inspect(id: ContainerId): ReturnType<Runtime['inspect']> {
    const process = this.processes.get(id);
    if (process === undefined) return { status: 'gone' };
    const { status, paused = false } = process;
    return { status, pid: 100, paused, ...(process.result === undefined ? {} : { exit: process.result }) };
  }

  async listProcesses(): Promise<number[]> {
    return [100];
  }

  async usage(): Promise<undefined> {}

  async sweep(known: ReadonlySet<ContainerId>): Promise<void> {
    for (const id of this.processes.keys()) if (!known.has(id as ContainerId)) this.processes.delete(id);
  }

  async close(): Promise<void> {
    this.#called('close');
  }

  #process(id: string): FakeProcess {
    const process = this.processes.get(id);
    if (process === undefined) throw new EngineError('not_found', `no monitor of ${id}`);
    return process;
  }

  #called(call: string): void {
    this.calls.push(call);
    const { failNext } = this;
    if (failNext?.method !== call) return;
    this.failNext = failNext.thenFail;
    throw failNext.error;
  }
}
