import type { DiffId, Digest, ImageId } from '../../lib/digest.ts';
import { digestOf, hexOf } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { familiarReference, familiarRepository, fullName } from '../../lib/image-reference.ts';

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export interface SavedLayer {
  readonly diffId: DiffId;
  /** Of the uncompressed tar. */
  readonly sizeBytes: number;
}

export interface SavedImage {
  readonly id: ImageId;
  readonly configBytes: number;
  readonly names: readonly ImageReference[];
  readonly layers: readonly SavedLayer[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Only when the parent is in the archive, too. */
  readonly parentId: ImageId | undefined;
}

/** The small files of an archive by path, in both of its formats: an OCI image layout and a docker-archive. */
export interface ArchiveIndex {
  readonly manifests: ReadonlyMap<Digest, Buffer>;
  readonly files: ReadonlyMap<string, Buffer>;
}

export function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** As Docker 26 writes it, so that everything that reads Docker's archives reads ours. */
export function archiveIndex(images: readonly SavedImage[]): ArchiveIndex {
  const manifests = new Map<Digest, Buffer>();
  const indexEntries: object[] = [];
  const repositories = new Map<string, Map<string, string>>();
  for (const image of images) {
    const manifest = json(ociManifest(image));
    const digest = digestOf(manifest);
    manifests.set(digest, manifest);
    const descriptor = { mediaType: MANIFEST_TYPE, digest, size: manifest.length };
    if (image.names.length === 0) indexEntries.push(descriptor);
    for (const name of image.names) {
      indexEntries.push({ ...descriptor, annotations: nameAnnotations(name) });
      const top = image.layers.at(-1);
      if (top === undefined || name.tag === undefined) continue;
      const repository = familiarRepository(name);
      const tags = repositories.get(repository) ?? new Map<string, string>();
      repositories.set(repository, tags.set(name.tag, JSON.stringify(hexOf(top.diffId))));
    }
  }
  const files = new Map<string, Buffer>([
    [
      'index.json',
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: images.length === 0 ? null : indexEntries,
      }),
    ],
    ['manifest.json', line(images.length === 0 ? null : images.map(dockerManifest))],
    ['oci-layout', Buffer.from('{"imageLayoutVersion": "1.0.0"}')],
  ]);
  if (repositories.size > 0) {
    const texts = new Map([...repositories].map(([name, tags]) => [name, sortedObject(tags)]));
    files.set('repositories', Buffer.from(`${sortedObject(texts)}\n`));
  }
  return { manifests, files };
}

function ociManifest({ id, configBytes, layers, annotations }: SavedImage): object {
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: id, size: configBytes },
    layers: layers.map(layerDescriptor),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

function layerDescriptor({ diffId, sizeBytes }: SavedLayer) {
  return { mediaType: LAYER_TYPE, digest: diffId, size: sizeBytes };
}

function dockerManifest({ id, names, layers, parentId }: SavedImage): object {
  return {
    Config: blobPath(id),
    RepoTags: names.length === 0 ? null : names.map(familiarReference),
    Layers: layers.map(({ diffId }) => blobPath(diffId)),
    ...(parentId === undefined ? {} : { Parent: parentId }),
    LayerSources: Object.fromEntries(
      [...layers]
        .sort((a, b) => (a.diffId < b.diffId ? -1 : 1))
        .map(({ diffId, sizeBytes }) => [diffId, { mediaType: LAYER_TYPE, size: sizeBytes, digest: diffId }]),
    ),
  };
}

function nameAnnotations(name: ImageReference): object {
  return { 'io.containerd.image.name': fullName(name), 'org.opencontainers.image.ref.name': name.tag };
}

/** Keys in the order of their bytes, as Go writes them; an object of JavaScript would put numbers first. */
function sortedObject(values: ReadonlyMap<string, string>): string {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function line(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
