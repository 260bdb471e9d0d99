import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { BatchedOutput } from '../../content/batched-output.ts';
import { blobCorrupt } from '../../errors/content.ts';
import type { Digest } from '../../lib/digest.ts';
import { compress } from '../compress.ts';
import type { Compressed, CompressRequest } from './make-message.ts';

const READ_BYTES = 256 * 1024;

/** Reads, hashes and writes once; the new file is on the disk when this returns. @throws internal for a damaged blob */
export async function compressBlob({ plainPath, diffId, blobPath }: CompressRequest): Promise<Compressed> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(blobPath, 'wx', 0o600);
  try {
    const output = new BatchedOutput(file);
    for await (const piece of compress(verified(plainPath, diffId))) {
      await output.write(piece);
      hash.update(piece);
      sizeBytes += piece.length;
    }
    await output.end();
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest('hex')}` as Digest, sizeBytes };
}

async function* verified(path: string, expected: Digest): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== expected) throw blobCorrupt(expected, actual);
}
