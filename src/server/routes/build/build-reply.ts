import type { FastifyReply } from 'fastify';
import { messageOf } from '../../../errors/engine-error.ts';
import { LineReply } from '../../line-reply.ts';

/** What a build tells its client. An error after the first line is a line of its own. */
export class BuildReply {
  readonly #lines: LineReply;

  constructor(reply: FastifyReply) {
    this.#lines = new LineReply(reply);
  }

  write(message: object): void {
    this.#lines.write(message);
  }

  /** As `LineReply.drained`. */
  drained(): Promise<void> {
    return this.#lines.drained();
  }

  /** A command's exit code is told as `errorDetail.code`. @throws the error when nothing has been answered yet. */
  fail(error: unknown, isGone: boolean): void {
    if (!this.#lines.hasBegun && !isGone) throw error;
    const message = messageOf(error);
    if (error instanceof Error && 'imageId' in error && typeof error.imageId === 'string') {
      this.write({ stream: `image of the failed step: ${error.imageId}\n` });
    }
    const code = error instanceof Error && 'exitCode' in error ? { code: error.exitCode } : {};
    this.write({ errorDetail: { ...code, message }, error: message });
  }

  end(): void {
    this.#lines.end();
  }
}
