import type { BlobInfo } from '../../content/content-store.ts';
import { digestOf } from '../../lib/digest.ts';
import type { ManifestRecord } from '../../state/distribution.ts';
import { DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST, OCI_CONFIG, OCI_MANIFEST } from '../manifest/media-types.ts';

export interface PushedLayer extends BlobInfo {
  /** As OCI names it. */
  readonly mediaType: string;
}

const INDENT = 3;

/**
 * The manifest of an image that has none yet, byte for byte as Docker writes it; in OCI's form where a layer is
 * compressed in a way that Docker's form cannot name, or there are annotations, which Docker's form has not.
 */
export function buildManifest(
  config: BlobInfo,
  layers: readonly PushedLayer[],
  annotations: Readonly<Record<string, string>>,
): ManifestRecord {
  const isAnnotated = Object.keys(annotations).length > 0;
  const isDockers = !isAnnotated && layers.every(({ mediaType }) => mediaType.endsWith('gzip'));
  const mediaType = isDockers ? DOCKER_MANIFEST : OCI_MANIFEST;
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptor(isDockers ? DOCKER_CONFIG : OCI_CONFIG, config),
    layers: layers.map((layer) => descriptor(isDockers ? DOCKER_LAYER : layer.mediaType, layer)),
    ...(isAnnotated ? { annotations } : {}),
  };
  const bytes = Buffer.from(JSON.stringify(manifest, null, INDENT));
  return { mediaType, bytes, digest: digestOf(bytes) };
}

function descriptor(mediaType: string, { sizeBytes, digest }: BlobInfo) {
  return { mediaType, size: sizeBytes, digest };
}
