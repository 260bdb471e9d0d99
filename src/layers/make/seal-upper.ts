import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { DiffId } from '../../lib/digest.ts';
import { byteStringOf, bytesOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { tarTree } from '../diff/tar-tree.ts';
import { writeFully } from '../spool/write-fully.ts';
import type { Sealed, SealRequest } from './make-message.ts';

const BATCH_BYTES = 1024 * 1024;

/** The tar is read, hashed and written once; nothing is synced. Blocks. */
export async function sealUpper(sys: Syscalls, { upper, blobPath, latestSeconds }: SealRequest): Promise<Sealed> {
  const hash = createHash('sha256');
  const fd = openSync(blobPath, 'wx', 0o600);
  let sizeBytes = 0;
  const onEntry = (entry: TarEntry, { mtimeMs }: { readonly mtimeMs: number }) => {
    sizeBytes += entry.type === 'symlink' ? entry.linkTarget.length : entry.sizeBytes;
    const { seconds } = entry.mtime;
    if (latestSeconds !== undefined && mtimeMs > seconds * 1000) {
      sys.setTimes(bytesOf(`${byteStringOf(upper)}/${entry.path.replace(/\/$/, '')}`), entry.mtime);
    }
  };
  try {
    let batch: Buffer[] = [];
    let batchBytes = 0;
    const flush = () => {
      for (const piece of batch) hash.update(piece);
      writeFully(fd, batch);
      [batch, batchBytes] = [[], 0];
    };
    const options = { whiteouts: true, onEntry, ...(latestSeconds === undefined ? {} : { latestSeconds }) };
    for (const piece of tarTree(sys, upper, options)) {
      batch.push(piece);
      batchBytes += piece.length;
      if (batchBytes < BATCH_BYTES) continue;
      flush();
      // Everything else here blocks: this is when the end of the standard input is noticed.
      await setImmediate();
    }
    flush();
  } finally {
    closeSync(fd);
  }
  return { diffId: `sha256:${hash.digest('hex')}` as DiffId, sizeBytes };
}
