import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { blobCorrupt } from '../../errors/content.ts';
import type { Digest } from '../../lib/digest.ts';
import type { ByteRange } from '../registry-content.ts';

const READ_BYTES = 256 * 1024;

/**
 * A blob's file, or a part of it, always by the same buffer: what hundreds of readers leave to be collected otherwise is
 * many times what they need. Damage of a whole blob is an error at its end.
 */
export async function* readBlob(
  path: string,
  digest: Digest,
  range: ByteRange | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const hash = range === undefined ? createHash('sha256') : undefined;
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    let at = range?.first ?? 0;
    const end = range === undefined ? Number.POSITIVE_INFINITY : range.last + 1;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, end - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      hash?.update(piece);
      yield piece;
    }
    const actual = hash === undefined ? digest : `sha256:${hash.digest('hex')}`;
    if (actual !== digest) throw blobCorrupt(digest, actual);
  } finally {
    await file.close();
  }
}
