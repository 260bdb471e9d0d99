import type { FastifyReply } from 'fastify';
import { messageOf } from '../../../errors/engine-error.ts';
import { LineReply } from '../../line-reply.ts';
import type { ProgressMessage } from './backend.ts';

/** Tells what goes on. An error after the first message is a line of its own, as in Docker. */
export class ProgressReply {
  readonly #lines: LineReply;

  constructor(reply: FastifyReply) {
    this.#lines = new LineReply(reply);
  }

  /** A client that does not read is spared the counting, which would only heap up here. */
  readonly report = (message: ProgressMessage): void => {
    const isCounting = 'progressDetail' in message && 'progress' in message;
    if (!isCounting || !this.#lines.isBehind) this.#lines.write(message);
  };

  /** @throws the error when nothing has been answered yet, unless it is `always` to be a line. */
  fail(error: unknown, always: boolean): void {
    if (!this.#lines.hasBegun && !always) throw error;
    const message = messageOf(error);
    this.#lines.write({ errorDetail: { message }, error: message });
  }

  end(): void {
    this.#lines.end();
  }
}
