import { internalError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { digestOf, isDigest } from '../../lib/digest.ts';
import type { Descriptor, DescriptorPlatform, Manifest } from './manifest.ts';
import { DOCKER_CONFIG, isForeignType, isIndexType, isLayerType, isSchema1, OCI_CONFIG } from './media-types.ts';

type Json = Readonly<Record<string, unknown>>;

/** As many as overlayfs can put on one another. */
const MAX_LAYERS = 500;
const MAX_PLATFORMS = 1000;
/** What old builders gave their configurations. */
const CONFIG_TYPES = [DOCKER_CONFIG, OCI_CONFIG, 'application/octet-stream', ''];

/**
 * Reads what a registry gave as a manifest. What it is, its own media type says, else that of the answer; one that could
 * be read as both an image and an index is refused, since then two readers would see different things.
 * @throws internal for what is no manifest or of the obsolete schema 1, invalid_argument for one of another thing than
 * an image
 */
export function parseManifest(bytes: Buffer, contentType: string): Manifest {
  const json = parseObject(bytes);
  const [answered = ''] = contentType.split(';');
  const own = typeof json['mediaType'] === 'string' ? json['mediaType'] : '';
  const mediaType = own || answered.trim();
  if (isSchema1(mediaType) || json['schemaVersion'] === 1) {
    throw broken('image format v1 and manifest schema 1 are obsolete: push the image again with a current client');
  }
  if (json['schemaVersion'] !== 2) throw broken('unsupported schema version');
  const isIndex = Array.isArray(json['manifests']);
  if (isIndex && (json['layers'] !== undefined || json['config'] !== undefined)) {
    throw broken('it is an image and an index at once');
  }
  if (isIndexType(mediaType) !== isIndex) throw broken(`its media type is ${JSON.stringify(mediaType)}`);
  const common = { mediaType, digest: digestOf(bytes), bytes };
  if (isIndex) {
    const manifests = list(json, 'manifests', MAX_PLATFORMS).map((item) => descriptor(item, 'manifests'));
    return { ...common, kind: 'index', manifests };
  }
  const config = descriptor(json['config'], 'config');
  if (!CONFIG_TYPES.includes(config.mediaType)) {
    throw invalidArgument(`unsupported media type ${config.mediaType}: this is no container image`);
  }
  const layers = list(json, 'layers', MAX_LAYERS).map((item) => descriptor(item, 'layers'));
  return { ...common, kind: 'image', config, layers };
}

/** @throws invalid_argument when there is a layer that cannot or must not be had from the registry. */
export function checkLayers(layers: readonly Descriptor[]): void {
  for (const { mediaType, digest, urls } of layers) {
    if (isForeignType(mediaType) || urls.length > 0) {
      const source = urls.length === 0 ? '' : `; its maker offers it at ${urls.join(' and ')}`;
      throw invalidArgument(`layer ${digest} is a foreign layer, which registries do not hand out${source}`);
    }
    if (!isLayerType(mediaType)) {
      throw invalidArgument(`unsupported media type ${mediaType || '""'} of layer ${digest}`);
    }
  }
}

function parseObject(bytes: Buffer): Json {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch (error) {
    throw broken(messageOf(error), error);
  }
  if (!isObject(json)) throw broken('it is no JSON object');
  return json;
}

function list(json: Json, field: string, limit: number): unknown[] {
  const value = json[field] ?? [];
  if (!Array.isArray(value)) throw broken(`${field} is no list`);
  if (value.length > limit) throw broken(`${field} has more than ${limit} entries`);
  return value;
}

function descriptor(value: unknown, field: string): Descriptor {
  if (!isObject(value)) throw broken(`${field} holds something that is no descriptor`);
  const { digest, size, mediaType, urls, annotations } = value;
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw broken(`${field} holds ${JSON.stringify(digest)}, which is no sha256 digest`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw broken(`${field}: the size of ${digest} is ${JSON.stringify(size)}`);
  }
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    sizeBytes: size,
    urls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [],
    annotations: isObject(annotations) ? annotations : {},
    platform: platformOf(value['platform']),
  };
}

function platformOf(value: unknown): DescriptorPlatform | undefined {
  if (!isObject(value)) return undefined;
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : '');
  return { os: text('os'), architecture: text('architecture'), variant: text('variant') || undefined };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(reason: string, cause?: unknown): Error {
  return internalError(`the registry's manifest cannot be used: ${reason}`, cause);
}
