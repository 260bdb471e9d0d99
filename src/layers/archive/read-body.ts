import { readSync } from 'node:fs';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { waitReadable } from '../../sys/sockets/wait-ready.ts';
import type { BodyFraming } from './archive-message.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';

/** More than a unix socket holds, and little enough to stay in a processor's cache until it is written. */
const READ_BYTES = 256 * 1024;

/** Where the daemon reads: it is closed when that dies. */
const DAEMON_FD = 1;

/**
 * The body that comes on a socket, after `early`, which has been read of it. A piece is gone when the next one is asked
 * for. Blocks, and ends the process when the daemon has died: nothing goes on writing into a container then. Of what
 * follows the body some may be read, and is dropped. @throws internal for a body that is cut short or malformed.
 */
export function* readBody(fd: number, framing: BodyFraming, early: Buffer): Generator<Buffer> {
  const pieces = readPieces(fd, early);
  if (framing === 'chunked') yield* chunkedBody(pieces);
  else if (framing === 'end') yield* pieces;
  else yield* fixedBody(pieces, framing);
}

function* chunkedBody(pieces: Generator<Buffer>): Generator<Buffer> {
  const decoder = new ChunkedDecoder();
  while (!decoder.done) {
    const part = decoder.decode(nextOf(pieces));
    if (part.length > 0) yield part;
  }
}

function* fixedBody(pieces: Generator<Buffer>, sizeBytes: number): Generator<Buffer> {
  for (let left = sizeBytes; left > 0; ) {
    const part = nextOf(pieces).subarray(0, left);
    left -= part.length;
    yield part;
  }
}

function nextOf(pieces: Generator<Buffer>): Buffer {
  const next = pieces.next();
  if (next.done === true) throw internalError('unexpected EOF');
  return next.value;
}

function* readPieces(fd: number, early: Buffer): Generator<Buffer> {
  if (early.length > 0) yield early;
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  for (;;) {
    if (!waitReadable(fd, DAEMON_FD)) process.exit(1);
    const length = readSome(fd, buffer);
    if (length === 0) return;
    if (length !== undefined) yield buffer.subarray(0, length);
  }
}

function readSome(fd: number, buffer: Buffer): number | undefined {
  try {
    return readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    // Readable when it was asked, and somebody else's sockets do not block.
    if (hasErrorCode(error, 'EAGAIN')) return undefined;
    // The client has gone with a reset.
    if (hasErrorCode(error, 'ECONNRESET')) return 0;
    throw error;
  }
}
