import { writeSync, writevSync } from 'node:fs';

/** Far below what the kernel takes at once. */
const MOST_PIECES = 512;

/** Writes the pieces one after the other, without a copy of them in between. */
export function writeFully(fd: number, pieces: readonly Uint8Array[]): void {
  for (let at = 0; at < pieces.length; at += MOST_PIECES) {
    const some = pieces.slice(at, at + MOST_PIECES);
    const done = writevSync(fd, some);
    if (done < some.reduce((sum, { length }) => sum + length, 0)) writeRest(fd, Buffer.concat(some), done);
  }
}

/** A disk that is full takes a part, and then says so. */
function writeRest(fd: number, bytes: Buffer, from: number): void {
  for (let done = from; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
