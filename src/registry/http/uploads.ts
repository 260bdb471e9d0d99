import type { IncomingMessage } from 'node:http';
import { collectPieces } from '../../lib/collect-pieces.ts';
import { type Digest, isDigest } from '../../lib/digest.ts';
import { isRepositoryName, type RepositoryName } from '../names.ts';
import { type BlobUpload, UploadOffset, type WritableRegistry } from '../registry-content.ts';
import { digestInvalid } from '../registry-error.ts';
import { parseContentRange } from './byte-range.ts';
import { type Exchange, type Headers, sendEmpty } from './exchange.ts';

/**
 * `POST …/blobs/uploads/`: mounts a blob of another repository, takes a whole blob (`digest`), or begins an upload.
 * @throws RegistryError DIGEST_INVALID
 */
export async function beginUpload(registry: WritableRegistry, exchange: Exchange, name: RepositoryName): Promise<void> {
  const { query, request } = exchange;
  const mount = query.get('mount');
  if (mount !== null && (await mounted(registry, name, mount, query.get('from')))) {
    return sendCreated(exchange, name, mount);
  }
  const digest = query.get('digest');
  if (digest !== null && !isDigest(digest)) throw digestInvalid(digest, 'the digest is broken or not supported');
  const upload = await registry.startUpload(name);
  if (digest === null) return sendUpload(exchange, 202, name, upload);
  try {
    await upload.append(bodyOf(request), undefined);
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
  if (!isDigest(digest)) return false;
  if (from === null) return registry.mountBlob(name, digest, undefined);
  return isRepositoryName(from) && registry.mountBlob(name, digest, from);
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

/** `PATCH`: one more chunk, or everything in one stream. */
export async function receiveChunk(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  const upload = await registry.findUpload(name, id);
  if (await append(exchange, name, upload)) sendUpload(exchange, 202, name, upload);
}

/** `PUT`: perhaps a last chunk, and the digest of the whole. @throws RegistryError DIGEST_INVALID */
export async function finishUpload(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  id: string,
): Promise<void> {
  const digest = exchange.query.get('digest') ?? '';
  if (!isDigest(digest)) throw digestInvalid(digest, 'the digest is missing, broken or not supported');
  const upload = await registry.findUpload(name, id);
  if (!(await append(exchange, name, upload))) return;
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

/** Answers 416 itself, with where the upload stands, to a chunk that does not follow it: returns false then. */
async function append(exchange: Exchange, name: RepositoryName, upload: BlobUpload): Promise<boolean> {
  const { headers } = exchange.request;
  const range = parseContentRange(headers['content-range']);
  const length = headers['content-length'];
  if (range === 'invalid') return refuseRange(exchange, name, upload);
  if (range !== undefined && length !== undefined && range.last - range.first + 1 !== Number(length)) {
    return refuseRange(exchange, name, upload);
  }
  try {
    await upload.append(bodyOf(exchange.request), range?.first);
    return true;
  } catch (error) {
    if (error instanceof UploadOffset) return refuseRange(exchange, name, upload);
    throw error;
  }
}

function refuseRange(exchange: Exchange, name: RepositoryName, upload: BlobUpload): false {
  const close: Headers = exchange.request.complete ? {} : { Connection: 'close' };
  sendUpload(exchange, 416, name, upload, close);
  return false;
}

function sendUpload(
  exchange: Exchange,
  status: number,
  name: RepositoryName,
  { id, sizeBytes }: BlobUpload,
  more: Headers = {},
): void {
  sendEmpty(exchange, status, {
    Location: `/v2/${name}/blobs/uploads/${id}`,
    // The last byte's number: of nothing it is written as of one byte, as registries always have.
    Range: `0-${Math.max(0, sizeBytes - 1)}`,
    'Docker-Upload-UUID': id,
    ...more,
  });
}

function sendCreated(exchange: Exchange, name: RepositoryName, digest: Digest | string): void {
  sendEmpty(exchange, 201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest });
}

/** Ending it early leaves the connection for the answer. */
async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    yield piece as Buffer;
    collectPieces((piece as Buffer).length);
  }
}
