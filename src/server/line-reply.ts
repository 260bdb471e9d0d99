import type { FastifyReply } from 'fastify';
import { takeOver } from './stream-response.ts';

/** An answer of one JSON value per line, which begins with the first of them: an error before that can still be a status. */
export class LineReply {
  readonly #reply: FastifyReply;
  #hasBegun = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** The client takes less than it is told. */
  get isBehind(): boolean {
    return this.#reply.raw.writableNeedDrain;
  }

  /** A client that has hung up needs no message; what it asked for fails by the end of its request. */
  write(value: object): void {
    this.#begin();
    if (!this.#reply.raw.destroyed) this.#reply.raw.write(`${JSON.stringify(value)}\r\n`);
  }

  /** Resolves when the client has taken what was written, as far as there is more than fits; or is gone. */
  async drained(): Promise<void> {
    const { raw } = this.#reply;
    if (!raw.writableNeedDrain || raw.destroyed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      raw.off('drain', done).off('close', done);
      resolve();
    };
    raw.on('drain', done).on('close', done);
    await promise;
  }

  end(): void {
    this.#begin();
    this.#reply.raw.end();
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    takeOver(this.#reply).writeHead(200, { 'Content-Type': 'application/json' });
  }
}
