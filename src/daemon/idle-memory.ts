import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Syscalls } from '../sys/syscalls.ts';

const IDLE_MS = 3000;
/** The engine frees the buffers of what it has collected on another thread. */
const SWEEP_MS = 500;

/**
 * Gives memory back when nothing has been asked for a while: V8 collects when it wants to allocate, and an idle daemon
 * would hold on to what its last busy time left, which is more than it needs by itself. Costs some 40 ms of an idle time.
 */
export class IdleMemory {
  readonly #syscalls: Pick<Syscalls, 'trimHeap'>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(http: Server, syscalls: Pick<Syscalls, 'trimHeap'>) {
    this.#syscalls = syscalls;
    http.on('request', (_request: IncomingMessage, response: ServerResponse) => this.#busyUntilClosed(response));
    http.on('upgrade', (_request: IncomingMessage, socket: Duplex) => this.#busyUntilClosed(socket));
    this.#wait();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #busyUntilClosed(stream: Duplex | ServerResponse): void {
    this.#wait();
    stream.once('close', () => this.#wait());
  }

  #wait(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#collect(), IDLE_MS).unref();
  }

  #collect(): void {
    // There only where the launcher asked for it (`--expose-gc`).
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    this.#timer = setTimeout(() => this.#syscalls.trimHeap(), SWEEP_MS).unref();
  }
}
