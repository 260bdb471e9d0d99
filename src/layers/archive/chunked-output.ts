import { writeSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { waitWritable } from '../../sys/sockets/wait-ready.ts';

const LINE_END = Buffer.from('\r\n');

/** Where the daemon reads: it is closed when that dies. */
const DAEMON_FD = 1;

/**
 * Writes a piece of the body of an HTTP/1.1 answer (RFC 9112, 7.1) to a socket that does not block. Blocks itself, and
 * ends the process when the daemon has died while the client took nothing.
 */
export function writeChunk(fd: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  for (const part of [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, LINE_END]) writeFully(fd, part);
}

/** The same without the chunk around it. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (!hasErrorCode(error, 'EAGAIN')) throw error;
      if (!waitWritable(fd, DAEMON_FD)) process.exit(1);
    }
  }
}
