import { MANIFEST_LIMIT_BYTES } from '../manifest-document.ts';
import { type AnyDigest, isAnyDigest, type RepositoryName, type Tag } from '../names.ts';
import type { RegistryContent, WritableRegistry } from '../registry-content.ts';
import { manifestUnknown, sizeInvalid } from '../registry-error.ts';
import { canonicalOf } from './canonical-of.ts';
import { bodyOf, type Exchange, type Headers, sendBytes, sendEmpty } from './exchange.ts';
import { isCached } from './is-cached.ts';

/** GET and HEAD of a manifest. @throws RegistryError MANIFEST_UNKNOWN */
export async function sendManifest(
  content: RegistryContent,
  exchange: Exchange,
  name: RepositoryName,
  reference: Tag | AnyDigest,
): Promise<void> {
  const kept = isAnyDigest(reference) ? await canonicalOf(content, reference) : reference;
  const manifest = kept === undefined ? undefined : await content.manifest(name, kept);
  if (manifest === undefined) throw manifestUnknown(name, reference);
  const { mediaType, bytes } = manifest;
  const digest = isAnyDigest(reference) ? reference : manifest.digest;
  const headers: Headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest, ETag: `"${digest}"` };
  if (isCached(exchange.request, digest)) sendEmpty(exchange, 304, headers);
  else sendBytes(exchange, 200, headers, bytes);
}

/** @throws RegistryError SIZE_INVALID above the limit, and as `putManifest` */
export async function receiveManifest(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  reference: Tag | AnyDigest,
): Promise<void> {
  const bytes = await readManifest(exchange);
  const mediaType = exchange.request.headers['content-type'];
  const { digest: kept, subject } = await registry.putManifest(name, reference, mediaType, bytes);
  const digest = isAnyDigest(reference) ? reference : kept;
  sendEmpty(exchange, 201, {
    Location: `/v2/${name}/manifests/${digest}`,
    'Docker-Content-Digest': digest,
    ...(subject === undefined ? {} : { 'OCI-Subject': subject }),
  });
}

async function readManifest(exchange: Exchange): Promise<Buffer> {
  const tooLarge = () => sizeInvalid(`the manifest is larger than ${MANIFEST_LIMIT_BYTES} bytes`);
  if (Number(exchange.request.headers['content-length'] ?? 0) > MANIFEST_LIMIT_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of bodyOf(exchange)) {
    sizeBytes += chunk.length;
    if (sizeBytes > MANIFEST_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A digest goes with all its tags; a tag goes alone. @throws RegistryError MANIFEST_UNKNOWN */
export async function deleteManifest(
  registry: WritableRegistry,
  exchange: Exchange,
  name: RepositoryName,
  reference: Tag | AnyDigest,
): Promise<void> {
  const wasThere = isAnyDigest(reference)
    ? await deleteByDigest(registry, name, reference)
    : await registry.deleteTag(name, reference);
  if (!wasThere) throw manifestUnknown(name, reference);
  sendEmpty(exchange, 202, {});
}

async function deleteByDigest(registry: WritableRegistry, name: RepositoryName, digest: AnyDigest): Promise<boolean> {
  const canonical = await canonicalOf(registry, digest);
  return canonical !== undefined && registry.deleteManifest(name, canonical);
}
