import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';

const READ_BYTES = 256 * 1024;

/** The hash of a file's bytes, to be gone on with or digested. Always by the same buffer: streams leave one for each piece. */
export async function hashFile(path: string, algorithm: 'sha256' | 'sha512'): Promise<Hash> {
  const hash = createHash(algorithm);
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) return hash;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
