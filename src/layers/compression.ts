import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { invalidArgument, isEngineError } from '../errors/engine-error.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const CHUNK_BYTES = 256 * 1024;
const MEDIA_TYPES: Readonly<Record<Compression, string>> = {
  none: 'application/vnd.oci.image.layer.v1.tar',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
};

export function mediaTypeOf(compression: Compression): string {
  return MEDIA_TYPES[compression];
}

export function compressionOf(mediaType: string): Compression {
  if (mediaType.endsWith('gzip')) return 'gzip';
  return mediaType.endsWith('zstd') ? 'zstd' : 'none';
}

/**
 * Told by the first bytes. Whatever is not known to be compressed is taken for a tar, whose reader then judges it.
 * @throws invalid_argument for compressions that are known but not read.
 */
export function detectCompression(start: Uint8Array): Compression {
  const magic = Buffer.from(start.subarray(0, 6)).toString('hex');
  if (magic.startsWith('1f8b08')) return 'gzip';
  // A zstd frame, or a skippable frame before one.
  if (magic.startsWith('28b52ffd') || /^5.2a4d18/.test(magic)) return 'zstd';
  if (magic.startsWith('425a68')) throw invalidArgument('the layer is compressed with bzip2; use gzip or zstd');
  if (magic.startsWith('fd377a585a00')) throw invalidArgument('the layer is compressed with xz; use gzip or zstd');
  return 'none';
}

/** @throws invalid_argument when the data is damaged or cut short. Errors of the source come through as they are. */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* source;
    return;
  }
  const options = { chunkSize: CHUNK_BYTES };
  const inflate = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
  // An error of either side destroys the other: it comes out of the loop below, and the callback has nothing to add.
  pipeline(source, inflate, () => undefined);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } catch (error) {
    if (isEngineError(error) || !isZlibError(error)) throw error;
    throw invalidArgument(`the layer's ${compression} data is damaged: ${error.message}`, error);
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code));
}
