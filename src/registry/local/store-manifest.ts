import type { BlobInfo, ContentStore } from '../../content/content-store.ts';
import { type Digest, digestOf, isDigest } from '../../lib/digest.ts';
import type { ManifestDocument } from '../manifest-document.ts';
import type { AnyDigest, RepositoryName, Tag } from '../names.ts';
import { manifestBlobsUnknown } from '../registry-error.ts';
import type { BlobUses } from './blob-uses.ts';
import type { DigestAliases } from './digest-aliases.ts';
import type { RepositoryRecords } from './repository-records.ts';

export interface ManifestContext {
  readonly content: ContentStore;
  readonly records: RepositoryRecords;
  readonly uses: BlobUses;
  readonly aliases: DigestAliases;
}

/** The content first, then what says that the repository has it, then its tag: a crash in between leaves garbage. */
export async function storeManifest(
  { content, records, uses }: ManifestContext,
  name: RepositoryName,
  reference: Tag | Digest,
  document: ManifestDocument,
  bytes: Buffer,
): Promise<void> {
  const digest = digestOf(bytes);
  await uses.use(digest);
  await content.ingest(once(bytes), { digest });
  const { mediaType, subject, artifactType, annotations } = document;
  await records.addManifest(name, {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(subject === undefined ? {} : { subject }),
  });
  if (!isDigest(reference)) await records.setTag(name, reference, digest);
}

/**
 * What is found counts as used: no collection of garbage takes it before the manifest is there. @throws RegistryError
 * MANIFEST_BLOB_UNKNOWN
 */
export async function refuseMissing(
  context: ManifestContext,
  name: RepositoryName,
  { blobs, manifests }: ManifestDocument,
): Promise<void> {
  const missing: AnyDigest[] = [];
  for (const digest of new Set(blobs)) if (!(await hasBlob(context, name, digest))) missing.push(digest);
  for (const digest of new Set(manifests)) if (!(await hasManifest(context, name, digest))) missing.push(digest);
  const [first, ...others] = missing;
  if (first !== undefined) throw manifestBlobsUnknown([first, ...others]);
}

async function hasBlob(context: ManifestContext, name: RepositoryName, digest: AnyDigest): Promise<boolean> {
  const canonical = await canonicalOf(context, digest);
  return canonical !== undefined && (await findBlob(context, name, canonical)) !== undefined;
}

/**
 * A blob of the repository, which counts as used from now on. What is not there is not remembered as used, however often it
 * is asked for; what is there is looked for again, for its removal may have been running.
 */
export async function findBlob(
  { content, records, uses }: ManifestContext,
  name: RepositoryName,
  digest: Digest,
): Promise<BlobInfo | undefined> {
  if (!(await records.hasBlob(name, digest))) return undefined;
  await uses.use(digest);
  return (await records.hasBlob(name, digest)) ? content.stat(digest) : undefined;
}

async function hasManifest(context: ManifestContext, name: RepositoryName, digest: AnyDigest): Promise<boolean> {
  const canonical = await canonicalOf(context, digest);
  if (canonical === undefined || (await context.records.manifest(name, canonical)) === undefined) return false;
  await context.uses.use(canonical);
  return true;
}

async function canonicalOf({ aliases }: ManifestContext, digest: AnyDigest): Promise<Digest | undefined> {
  return isDigest(digest) ? digest : aliases.resolve(digest);
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
