import type { FastifyReply } from 'fastify';
import { messageOf } from '../../../errors/engine-error.ts';
import type { ProgressMessage } from './backend.ts';

/**
 * Answers with one JSON value per line while something goes on. The answer begins with the first message, so that an
 * error before it can still be told by a status; one after it is a line of its own, as in Docker.
 */
export class ProgressReply {
  readonly #reply: FastifyReply;
  #hasBegun = false;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  /** A client that does not read is spared the counting, which would only heap up here. */
  readonly report = (message: ProgressMessage): void => {
    const isCounting = 'progressDetail' in message && 'progress' in message;
    if (isCounting && this.#reply.raw.writableNeedDrain) return;
    this.#write(message);
  };

  /** @throws the error when nothing has been answered yet, unless it is `always` to be a line. */
  fail(error: unknown, always: boolean): void {
    if (!this.#hasBegun && !always) throw error;
    const message = messageOf(error);
    this.#write({ errorDetail: { message }, error: message });
  }

  end(): void {
    this.#begin();
    this.#reply.raw.end();
  }

  #write(value: object): void {
    this.#begin();
    // A client that has hung up needs no message; what it asked for fails by the end of its request's body.
    if (!this.#reply.raw.destroyed) this.#reply.raw.write(`${JSON.stringify(value)}\r\n`);
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
