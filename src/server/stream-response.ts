import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TLSSocket } from 'node:tls';
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
  sendHead(reply, contentType);
  const body = Readable.from(source, { objectMode: false });
  try {
    await pipeline(body, reply.raw);
  } catch (error) {
    // A client that has gone already: the pipeline did not begin, and has closed nothing.
    body.destroy();
    if (!isHangUp(error))
      reply.server.logError(`${reply.request.method} ${reply.request.originalUrl} broke off`, error);
  }
}

/**
 * Answers 200 with a body that `work` has written into the connection by somebody else, another process, as chunks without
 * the last; `begin` sends the head and resolves when it has left. A failure after that cuts the response off.
 * @returns false when there is no such connection: a client of HTTP/1.0, one with TLS, or an answer before this one that
 * is still under way. Nothing was done then.
 */
export async function sendDirectly(
  reply: FastifyReply,
  contentType: string,
  work: (socket: Socket, begin: () => Promise<void>) => Promise<void>,
): Promise<boolean> {
  const { raw, request } = reply;
  const { socket } = raw;
  const isPlain = socket instanceof Socket && !(socket instanceof TLSSocket) && socket === request.raw.socket;
  if (!isPlain || request.raw.httpVersion !== '1.1') return false;
  let begun = false;
  const begin = () => {
    begun = true;
    sendHead(reply, contentType);
    return new Promise<void>((resolve, reject) => {
      socket.write('', (error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
  };
  try {
    await work(socket, begin);
    raw.end();
  } catch (error) {
    if (!begun) throw error;
    if (!socket.destroyed) reply.server.logError(`${request.method} ${request.originalUrl} broke off`, error);
    raw.destroy();
  }
  return true;
}

function sendHead(reply: FastifyReply, contentType: string): void {
  const raw = takeOver(reply);
  raw.writeHead(200, { 'Content-Type': contentType });
  raw.flushHeaders();
}

/** From here on the caller answers, and fastify does nothing more; the headers that are set already stay. */
export function takeOver(reply: FastifyReply): ServerResponse {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  return raw;
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

const HANG_UPS = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
  'ECONNRESET',
  'EPIPE',
  'ABORT_ERR',
]);

function isHangUp(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return HANG_UPS.has(String(error.code));
}
