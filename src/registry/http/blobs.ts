import type { AnyDigest, RepositoryName } from '../names.ts';
import type { RegistryContent, ServedBlob, WritableRegistry } from '../registry-content.ts';
import { blobUnknown, rangeUnsatisfiable } from '../registry-error.ts';
import { parseRange } from './byte-range.ts';
import { canonicalOf } from './canonical-of.ts';
import { type Exchange, type Headers, sendEmpty, sendStream } from './exchange.ts';
import { isCached } from './is-cached.ts';

/** GET and HEAD of a blob, or of a part. @throws RegistryError BLOB_UNKNOWN, SIZE_INVALID for a range that there is not */
export async function sendBlob(
  content: RegistryContent,
  exchange: Exchange,
  name: RepositoryName,
  digest: AnyDigest,
): Promise<void> {
  const canonical = await canonicalOf(content, digest);
  const blob = canonical === undefined ? undefined : await content.blob(name, canonical);
  if (blob === undefined) throw blobUnknown(digest);
  const headers: Headers = {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'max-age=31536000',
    ETag: `"${digest}"`,
  };
  const { request } = exchange;
  if (isCached(request, digest)) return sendEmpty(exchange, 304, headers);
  const length = { 'Content-Length': blob.sizeBytes };
  if (request.method === 'HEAD') return sendEmpty(exchange, 200, { ...headers, ...length });
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== `"${digest}"`) {
    return sendStream(exchange, 200, { ...headers, ...length }, blob.read());
  }
  await sendRange(exchange, headers, blob);
}

async function sendRange(exchange: Exchange, headers: Headers, blob: ServedBlob): Promise<void> {
  const { sizeBytes } = blob;
  const range = parseRange(exchange.request.headers.range, sizeBytes);
  if (range === 'unsatisfiable') throw rangeUnsatisfiable(sizeBytes);
  if (range === undefined) return sendStream(exchange, 200, { ...headers, 'Content-Length': sizeBytes }, blob.read());
  const { first, last } = range;
  const part = { 'Content-Length': last - first + 1, 'Content-Range': `bytes ${first}-${last}/${sizeBytes}` };
  await sendStream(exchange, 206, { ...headers, ...part }, blob.read(range));
}

/** @throws RegistryError BLOB_UNKNOWN */
export async function deleteBlob(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  digest: AnyDigest,
): Promise<void> {
  const canonical = await canonicalOf(registry, digest);
  if (canonical === undefined || !(await registry.deleteBlob(name, canonical))) throw blobUnknown(digest);
  sendEmpty(exchange, 202, { 'Docker-Content-Digest': digest });
}
