/**
 * The program that unpacks layers, one after another, in a process of its own: it may use blocking calls, and while it
 * unpacks its root directory is the layer's.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { blobCorrupt } from '../../errors/content.ts';
import { wrongDiffId } from '../../errors/layers.ts';
import type { DiffId } from '../../lib/digest.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import type { Compression } from '../compression.ts';
import { decompress, detectCompression } from '../compression.ts';
import { insideRoots, serveRequests, tell } from '../serve-requests.ts';
import { unpackLayer } from './unpack-layer.ts';
import type { UnpackedLayer, UnpackReply, UnpackRequest } from './unpack-message.ts';

const READ_BYTES = 1024 * 1024;
const MAGIC_BYTES = 6;
/** Between two lines about the same layer. */
const TELL_EVERY_MS = 100;

const sys = new LinuxSyscalls();
const within = insideRoots(sys);

async function unpack(request: UnpackRequest): Promise<UnpackedLayer> {
  const blob = openSync(request.blobPath, 'r');
  try {
    return await within(request.target, () => unpackBlob(blob, request));
  } finally {
    closeSync(blob);
  }
}

async function unpackBlob(blob: number, request: UnpackRequest): Promise<UnpackedLayer> {
  const compression = detectCompression(readStart(blob));
  // A compressed blob that becomes the tar which was expected needs no second proof.
  const isProven = request.diffId !== undefined && compression !== 'none';
  const { bytes, blobDigest, diffId } = hashed(blob, compression, !isProven);
  const sizeBytes = await unpackLayer(bytes, sys);
  if (!isProven && blobDigest() !== request.blob) throw blobCorrupt(request.blob, blobDigest());
  if (request.diffId !== undefined && diffId() !== request.diffId) throw wrongDiffId(request.diffId, diffId());

  // One call for all files: a layer that is recorded later is whole on disk, whatever happens to the power.
  const root = openSync('/', 'r');
  sys.syncFileSystem(root);
  closeSync(root);
  return { diffId: diffId() as DiffId, compression, sizeBytes };
}

function readStart(fd: number): Buffer {
  const start = Buffer.alloc(MAGIC_BYTES);
  return start.subarray(0, readSync(fd, start, 0, MAGIC_BYTES, 0));
}

/** The layer's tar, hashed on its way as it is, and, if asked for, as it is stored; a plain tar is hashed once for both. */
function hashed(fd: number, compression: Compression, isStoredWanted: boolean) {
  const stored = createHash('sha256');
  const plain = compression === 'none' ? stored : createHash('sha256');
  const digests = new Map<typeof stored, string>();
  const digestOfHash = (hash: typeof stored): string => {
    const known = digests.get(hash) ?? `sha256:${hash.digest('hex')}`;
    digests.set(hash, known);
    return known;
  };
  async function* file(): AsyncGenerator<Buffer> {
    let toldAt = performance.now();
    for (let readBytes = 0; ; ) {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const length = readSync(fd, buffer, 0, READ_BYTES, null);
      if (length === 0) return;
      if (isStoredWanted) stored.update(buffer.subarray(0, length));
      readBytes += length;
      if (performance.now() - toldAt >= TELL_EVERY_MS) {
        toldAt = performance.now();
        tell({ readBytes } satisfies UnpackReply);
      }
      // Everything else here blocks: this is when the end of the standard input is noticed.
      await setImmediate();
      yield buffer.subarray(0, length);
    }
  }
  async function* tar(): AsyncGenerator<Uint8Array> {
    for await (const chunk of decompress(file(), compression)) {
      if (plain !== stored) plain.update(chunk);
      yield chunk;
    }
  }
  return { bytes: tar(), blobDigest: () => digestOfHash(stored), diffId: () => digestOfHash(plain) };
}

serveRequests(async (request: UnpackRequest): Promise<UnpackReply> => ({ unpacked: await unpack(request) }));
