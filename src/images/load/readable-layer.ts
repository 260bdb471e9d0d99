import type { ContentStore } from '../../content/content-store.ts';
import { decodeUnusual } from '../../layers/decode-archive.ts';
import { decompressorOf } from '../../layers/decompressor.ts';
import type { Digest } from '../../lib/digest.ts';

/**
 * A layer in a form that layers are unpacked from: itself, unless it is compressed in a way that only old archives have;
 * then it is decompressed into a blob of its own.
 * @throws unavailable when the program for it is not installed
 */
export async function readableLayer(content: ContentStore, blob: Digest): Promise<Digest> {
  for await (const start of content.read(blob)) {
    if (decompressorOf(start) === undefined) break;
    return (await content.ingest(decodeUnusual(content.read(blob)))).digest;
  }
  return blob;
}
