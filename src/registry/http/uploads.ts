import { isAnyDigest, isRepositoryName, type RepositoryName } from '../names.ts';
import { type BlobUpload, UploadOffset, type WritableRegistry } from '../registry-content.ts';
import { chunkOutOfOrder, digestInvalid } from '../registry-error.ts';
import { parseContentRange } from './byte-range.ts';
import { canonicalOf } from './canonical-of.ts';
import { bodyOf, type Exchange, type Headers, sendEmpty } from './exchange.ts';

/**
 * `POST …/blobs/uploads/`: mounts a blob of another repository, takes a whole blob (`digest`), or begins an upload.
 * @throws RegistryError DIGEST_INVALID
 */
export async function beginUpload(registry: WritableRegistry, exchange: Exchange, name: RepositoryName): Promise<void> {
  const { query } = exchange;
  const mount = query.get('mount');
  if (mount !== null && (await mounted(registry, name, mount, query.get('from')))) {
    return sendCreated(exchange, name, mount);
  }
  const digest = query.get('digest');
  if (digest !== null && !isAnyDigest(digest)) throw digestInvalid(digest, 'the digest is broken or not supported');
  const upload = await registry.startUpload(name);
  if (digest === null) return sendUpload(exchange, 202, name, upload);
  try {
    await upload.append(bodyOf(exchange), undefined);
  } catch (error) {
    // Nobody was told where to go on with it.
    await upload.cancel();
    throw error;
  }
  await upload.finish(digest);
  sendCreated(exchange, name, digest);
}

/** A broken digest or name mounts nothing: the client uploads then. */
async function mounted(
  registry: WritableRegistry,
  name: RepositoryName,
  digest: string,
  from: string | null,
): Promise<boolean> {
  const canonical = isAnyDigest(digest) ? await canonicalOf(registry, digest) : undefined;
  if (canonical === undefined) return false;
  if (from === null) return registry.mountBlob(name, canonical, undefined);
  return isRepositoryName(from) && registry.mountBlob(name, canonical, from);
}

/** `GET`: how much has arrived. */
export async function sendUploadStatus(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  sendUpload(exchange, 204, name, await registry.findUpload(name, id));
}

/** `PATCH`: one more chunk, or everything in one stream. @throws RegistryError BLOB_UPLOAD_INVALID */
export async function receiveChunk(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  const upload = await registry.findUpload(name, id);
  await append(exchange, name, upload);
  sendUpload(exchange, 202, name, upload);
}

/** `PUT`: perhaps a last chunk, and the digest of the whole. @throws RegistryError DIGEST_INVALID, BLOB_UPLOAD_INVALID */
export async function finishUpload(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  const digest = exchange.query.get('digest') ?? '';
  if (!isAnyDigest(digest)) throw digestInvalid(digest, 'the digest is missing, broken or not supported');
  const upload = await registry.findUpload(name, id);
  await append(exchange, name, upload);
  await upload.finish(digest);
  sendCreated(exchange, name, digest);
}

export async function cancelUpload(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  await (await registry.findUpload(name, id)).cancel();
  sendEmpty(exchange, 204, {});
}

/** @throws RegistryError BLOB_UPLOAD_INVALID, with where the upload stands, for a chunk that does not follow it */
async function append(exchange: Exchange, name: RepositoryName, upload: BlobUpload): Promise<void> {
  const { headers } = exchange.request;
  const range = parseContentRange(headers['content-range']);
  const length = headers['content-length'];
  if (range === 'invalid') throw chunkOutOfOrder(standOf(name, upload));
  if (range !== undefined && length !== undefined && range.last - range.first + 1 !== Number(length)) {
    throw chunkOutOfOrder(standOf(name, upload));
  }
  try {
    await upload.append(bodyOf(exchange), range?.first);
  } catch (error) {
    if (error instanceof UploadOffset) throw chunkOutOfOrder(standOf(name, upload));
    throw error;
  }
}

function sendUpload(exchange: Exchange, status: number, name: RepositoryName, upload: BlobUpload): void {
  sendEmpty(exchange, status, standOf(name, upload));
}

/** Where the upload is gone on with, and at which byte. */
function standOf(name: RepositoryName, { id, sizeBytes }: BlobUpload): Headers {
  return {
    Location: `/v2/${name}/blobs/uploads/${id}`,
    // The last byte's number: of nothing it is written as of one byte, as registries always have.
    Range: `0-${Math.max(0, sizeBytes - 1)}`,
    'Docker-Upload-UUID': id,
  };
}

function sendCreated(exchange: Exchange, name: RepositoryName, digest: string): void {
  sendEmpty(exchange, 201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest });
}
