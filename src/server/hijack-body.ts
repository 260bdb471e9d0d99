import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { invalidArgument } from '../errors/engine-error.ts';

const CHUNK_LINE_LIMIT_BYTES = 8192;

/**
 * Reads a connection's bytes where the HTTP parser has let go of it. What is read ahead of a request's body goes back to
 * the socket, so that the stream after the body starts at its first byte.
 */
class SocketReader {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The next bytes, at most `limit`. @throws when the client hangs up first. */
  async take(limit: number): Promise<Buffer> {
    for (;;) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) {
        if (chunk.length > limit) this.#socket.unshift(chunk.subarray(limit));
        return chunk.subarray(0, limit);
      }
      if (this.#socket.readableEnded || this.#socket.destroyed) throw invalidArgument('unexpected EOF');
      await this.#readable();
    }
  }

  /** Up to the next LF, without the line's end. */
  async line(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      const [byte = 0] = await this.take(1);
      if (byte === 0x0a) return Buffer.from(bytes).toString('latin1').trimEnd();
      if (bytes.length >= CHUNK_LINE_LIMIT_BYTES) throw invalidArgument('malformed chunked encoding');
      bytes.push(byte);
    }
  }

  #readable(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const events = ['readable', 'end', 'close', 'error'];
    const settle = () => {
      for (const event of events) this.#socket.off(event, settle);
      resolve();
    };
    for (const event of events) this.#socket.on(event, settle);
    return promise;
  }
}

async function* fixedBody(reader: SocketReader, length: number): AsyncGenerator<Buffer> {
  for (let left = length; left > 0; ) {
    const chunk = await reader.take(left);
    left -= chunk.length;
    yield chunk;
  }
}

async function* chunkedBody(reader: SocketReader): AsyncGenerator<Buffer> {
  for (;;) {
    const size = await reader.line();
    const length = Number.parseInt(size, 16);
    if (!/^[0-9a-f]{1,8}\s*(?:;|$)/i.test(size)) throw invalidArgument('malformed chunked encoding');
    if (length === 0) break;
    yield* fixedBody(reader, length);
    if ((await reader.line()) !== '') throw invalidArgument('malformed chunked encoding');
  }
  while ((await reader.line()) !== '') continue;
}

/** The body of a request whose socket was taken from the parser after the headers; undefined when it has none. */
export function bodyOf(request: IncomingMessage, socket: Socket): Readable | undefined {
  const reader = new SocketReader(socket);
  if (request.headers['transfer-encoding'] !== undefined) return Readable.from(chunkedBody(reader));
  const length = Number(request.headers['content-length'] ?? 0);
  return length > 0 ? Readable.from(fixedBody(reader, length)) : undefined;
}
