import type { ContentStore } from '../../content/content-store.ts';
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

/** What is found counts as used: no collection of garbage takes it before the manifest is there. @throws RegistryError MANIFEST_BLOB_UNKNOWN */
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
  const used = await use(context, digest);
  if (used === undefined || !(await context.records.hasBlob(name, used))) return false;
  return (await context.content.stat(used)) !== undefined;
}

async function hasManifest(context: ManifestContext, name: RepositoryName, digest: AnyDigest): Promise<boolean> {
  const used = await use(context, digest);
  return used !== undefined && (await context.records.manifest(name, used)) !== undefined;
}

async function use({ aliases, uses }: ManifestContext, digest: AnyDigest): Promise<Digest | undefined> {
  const canonical = isDigest(digest) ? digest : await aliases.resolve(digest);
  if (canonical !== undefined) await uses.use(canonical);
  return canonical;
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
