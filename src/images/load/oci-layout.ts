import type { BlobInfo, ContentStore } from '../../content/content-store.ts';
import { brokenImageArchive } from '../../errors/images.ts';
import { hexOf, isDigest } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { hostPlatform, type Platform, platformText } from '../../lib/platform.ts';
import type { ArchiveFiles } from './archive-files.ts';
import type { LoadableImage } from './loadable-image.ts';
import { readDocument, readJson } from './loadable-image.ts';

export const INDEX_PATH = 'index.json';

const INDEXES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const IMAGE_NAME = 'io.containerd.image.name';
const REF_NAME = 'org.opencontainers.image.ref.name';
/** Deep enough for an index per platform in an index per name. */
const MAX_DEPTH = 4;

interface Descriptor {
  readonly mediaType: string;
  readonly path: string;
  readonly blob: BlobInfo | undefined;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly platform: { readonly os: unknown; readonly architecture: unknown } | undefined;
}

/**
 * The images of an OCI image layout. Of an index with images for several platforms those for `platforms` are taken, or
 * for this host where none is given. Every blob is checked against the digest that it is filed under.
 */
export async function readOciLayout(
  files: ArchiveFiles,
  content: ContentStore,
  platforms: readonly Platform[],
): Promise<LoadableImage[]> {
  const wanted = platforms.length === 0 ? [hostPlatform()] : platforms;
  const index = await readJson(content, files.get(INDEX_PATH), INDEX_PATH);
  const images: LoadableImage[] = [];
  for (const descriptor of descriptors(files, index, 'manifests')) {
    images.push(
      ...(await readDescriptor(files, content, descriptor, { names: namesOf(descriptor), wanted, depth: 0 })),
    );
  }
  if (images.length === 0) throw brokenImageArchive(`it holds no image for ${wanted.map(platformText).join(', ')}`);
  return images;
}

async function readDescriptor(
  files: ArchiveFiles,
  content: ContentStore,
  descriptor: Descriptor,
  at: { readonly names: readonly ImageReference[]; readonly wanted: readonly Platform[]; readonly depth: number },
): Promise<LoadableImage[]> {
  if (at.depth > MAX_DEPTH) throw brokenImageArchive('indexes refer to each other');
  if (!isWanted(descriptor, at.wanted)) return [];
  // Archives of one platform out of several list the others without having their blobs.
  if (descriptor.blob === undefined && descriptor.platform !== undefined && at.depth > 0) return [];
  const manifest = await readJson(content, present(descriptor), descriptor.path);
  const nested = descriptors(files, manifest, 'manifests');
  if (INDEXES.includes(descriptor.mediaType) || nested.length > 0) {
    const images: LoadableImage[] = [];
    for (const child of nested) {
      images.push(...(await readDescriptor(files, content, child, { ...at, depth: at.depth + 1 })));
    }
    return images;
  }
  const [config] = descriptors(files, { configs: [(manifest as Record<string, unknown>)['config']] }, 'configs');
  if (config === undefined) throw brokenImageArchive(`${descriptor.path} names no configuration`);
  const layers = descriptors(files, manifest, 'layers').map((layer) => () => present(layer));
  const document = await readDocument(content, present(config).digest);
  if (layers.length !== document.diffIds.length) {
    throw brokenImageArchive(
      `invalid manifest, layers length mismatch: expected ${layers.length}, got ${document.diffIds.length}`,
    );
  }
  return [{ document, layers, names: at.names, parentId: undefined }];
}

function present(descriptor: Descriptor): BlobInfo {
  if (descriptor.blob === undefined) throw brokenImageArchive(`it has no file ${JSON.stringify(descriptor.path)}`);
  return descriptor.blob;
}

function isWanted({ platform, annotations }: Descriptor, wanted: readonly Platform[]): boolean {
  if (annotations['vnd.docker.reference.type'] !== undefined) return false;
  if (platform === undefined) return true;
  return wanted.some(({ os, architecture }) => platform.os === os && platform.architecture === architecture);
}

/** A tag alone, which OCI allows as name, says nothing without a repository. */
function namesOf({ annotations }: Descriptor): ImageReference[] {
  const full = annotations[IMAGE_NAME];
  const name = typeof full === 'string' ? full : annotations[REF_NAME];
  if (typeof name !== 'string' || !/[:/]/.test(name)) return [];
  return [withDefaultTag({ ...parseReference(name), digest: undefined })];
}

function descriptors(files: ArchiveFiles, parent: unknown, field: string): Descriptor[] {
  const list: unknown = typeof parent === 'object' && parent !== null ? Reflect.get(parent, field) : undefined;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw brokenImageArchive(`${field} is no list`);
  return list.map((item: unknown) => {
    const { digest, mediaType, annotations, platform } = asRecord(item);
    if (typeof digest !== 'string' || !isDigest(digest)) {
      throw brokenImageArchive(`${field} holds ${JSON.stringify(digest)}, which is no digest`);
    }
    const path = `blobs/sha256/${hexOf(digest)}`;
    const blob = files.find(path);
    if (blob !== undefined && blob.digest !== digest) {
      throw brokenImageArchive(`${path} has the digest ${blob.digest}`);
    }
    const { os, architecture } = asRecord(platform);
    return {
      mediaType: typeof mediaType === 'string' ? mediaType : '',
      path,
      blob,
      annotations: asRecord(annotations),
      platform: os === undefined && architecture === undefined ? undefined : { os, architecture },
    };
  });
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
