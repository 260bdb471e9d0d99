import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';

/**
 * Answers 200 with a body of unknown length. The headers go out at once, before the first byte of `source`: clients wait
 * for them. The source is written as fast as the client reads, and is closed (its `return` runs) when the client hangs
 * up; that is no error. A source that fails later cuts the response off, so that the client sees it is not whole,
 * and is logged: nobody can be told of it any more. The caller returns the reply from its handler.
 */
export async function sendStream(
  reply: FastifyReply,
  contentType: string,
  source: AsyncIterable<Uint8Array | string>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'Content-Type': contentType });
  raw.flushHeaders();
  try {
    await pipeline(Readable.from(source, { objectMode: false }), raw);
  } catch (error) {
    if (!isHangUp(error))
      reply.server.logError(`${reply.request.method} ${reply.request.originalUrl} broke off`, error);
  }
}

/** Aborts when the client of this reply goes away before its answer is complete. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}

/** One JSON value per line, as Docker streams them. */
export async function* jsonLines(source: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of source) yield `${JSON.stringify(value)}\n`;
}

function isHangUp(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'].includes(String(error.code));
}
