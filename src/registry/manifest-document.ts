import { type AnyDigest, isAnyDigest } from './names.ts';
import { manifestInvalid } from './registry-error.ts';

/** As the specification wants registries to accept at least. */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

export const INDEX_MEDIA_TYPE = 'application/vnd.oci.image.index.v1+json';
const MANIFEST_MEDIA_TYPE = 'application/vnd.oci.image.manifest.v1+json';

const INDEX_TYPES = new Set([INDEX_MEDIA_TYPE, 'application/vnd.docker.distribution.manifest.list.v2+json']);
const MANIFEST_TYPES = new Set([MANIFEST_MEDIA_TYPE, 'application/vnd.docker.distribution.manifest.v2+json']);

/** What a registry needs to know of a manifest. */
export interface ManifestDocument {
  readonly mediaType: string;
  /** Configuration and layers that clients get from this registry. */
  readonly blobs: readonly AnyDigest[];
  /** The manifests of an index. */
  readonly manifests: readonly AnyDigest[];
  readonly subject: AnyDigest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest or an index. `contentType` is what its sender called it.
 * @throws RegistryError MANIFEST_INVALID
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): ManifestDocument {
  const json = parseObject(bytes);
  if (json['schemaVersion'] !== 2) throw manifestInvalid('only schema version 2 is supported');
  const mediaType = mediaTypeOf(json, contentType);
  const config = isObject(json['config']) ? json['config'] : undefined;
  const isIndex = INDEX_TYPES.has(mediaType);
  if (!isIndex && config === undefined) throw manifestInvalid('it has no config');
  const subject = json['subject'] === undefined ? undefined : digestOfDescriptor(json['subject'], 'subject');
  const artifactType = text(json, 'artifactType') ?? (config === undefined ? undefined : text(config, 'mediaType'));
  return {
    mediaType,
    blobs: isIndex ? [] : [digestOfDescriptor(config, 'config'), ...layersOf(json)],
    manifests: isIndex ? descriptors(json, 'manifests').map((one) => digestOfDescriptor(one, 'manifests')) : [],
    subject,
    artifactType,
    annotations: annotationsOf(json),
  };
}

/** Layers that come from elsewhere (`urls`) are not looked for here. */
function layersOf(json: Json): AnyDigest[] {
  return descriptors(json, 'layers')
    .filter((layer) => !/foreign|nondistributable/.test(text(layer, 'mediaType') ?? '') && layer['urls'] === undefined)
    .map((layer) => digestOfDescriptor(layer, 'layers'));
}

function mediaTypeOf(json: Json, contentType: string | undefined): string {
  const sent = contentType?.split(';', 1)[0]?.trim();
  const own = text(json, 'mediaType');
  if (sent !== undefined && own !== undefined && sent !== own) {
    throw manifestInvalid(`it is of media type ${JSON.stringify(own)}, but was sent as ${JSON.stringify(sent)}`);
  }
  const mediaType = own ?? sent ?? (Array.isArray(json['manifests']) ? INDEX_MEDIA_TYPE : MANIFEST_MEDIA_TYPE);
  if (!INDEX_TYPES.has(mediaType) && !MANIFEST_TYPES.has(mediaType)) {
    throw manifestInvalid(`media type ${JSON.stringify(mediaType)} is not supported`);
  }
  return mediaType;
}

function parseObject(bytes: Uint8Array): Json {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw manifestInvalid('it is no JSON', error);
  }
  if (!isObject(json)) throw manifestInvalid('it is no JSON object');
  return json;
}

function descriptors(json: Json, key: string): Json[] {
  const value = json[key] ?? [];
  if (!Array.isArray(value) || !value.every(isObject)) throw manifestInvalid(`${key} is no list of descriptors`);
  return value;
}

function digestOfDescriptor(value: unknown, what: string): AnyDigest {
  const digest = isObject(value) ? value['digest'] : undefined;
  const size = isObject(value) ? value['size'] : undefined;
  if (typeof digest !== 'string' || !isAnyDigest(digest)) throw manifestInvalid(`${what} has a broken digest`);
  if (!Number.isSafeInteger(size) || Number(size) < 0) throw manifestInvalid(`${what} has a broken size`);
  return digest;
}

function annotationsOf(json: Json): Readonly<Record<string, string>> | undefined {
  const value = json['annotations'];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value) || !Object.values(value).every((one) => typeof one === 'string')) {
    throw manifestInvalid('annotations are no texts');
  }
  return value as Record<string, string>;
}

function text(json: Json, key: string): string | undefined {
  const value = json[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw manifestInvalid(`${key} is no text`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
