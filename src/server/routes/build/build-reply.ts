import type { FastifyReply } from 'fastify';
import { messageOf } from '../../../errors/engine-error.ts';

/** An answer of one JSON value per line, which begins with the first of them: an error before that is a status. */
export class BuildReply {
  readonly #reply: FastifyReply;
  #hasBegun = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  write(message: object): void {
    this.#begin();
    // A client that has hung up needs no message.
    if (!this.#reply.raw.destroyed) this.#reply.raw.write(`${JSON.stringify(message)}\r\n`);
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

  /** A command's exit code is told as `errorDetail.code`. @throws the error when nothing has been answered yet. */
  fail(error: unknown, isGone: boolean): void {
    if (!this.#hasBegun && !isGone) throw error;
    const message = messageOf(error);
    if (error instanceof Error && 'imageId' in error && typeof error.imageId === 'string') {
      this.write({ stream: `image of the failed step: ${error.imageId}\n` });
    }
    const code = error instanceof Error && 'exitCode' in error ? { code: error.exitCode } : {};
    this.write({ errorDetail: { ...code, message }, error: message });
  }

  end(): void {
    this.#begin();
    this.#reply.raw.end();
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#reply.hijack();
    const { raw } = this.#reply;
    for (const [name, value] of Object.entries(this.#reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, { 'Content-Type': 'application/json' });
  }
}
