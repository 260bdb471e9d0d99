import { messageOf } from '../errors/engine-error.ts';
import { brokenImageConfig } from '../errors/images.ts';
import type { DiffId, ImageId } from '../lib/digest.ts';
import { chainIdsOf, digestOf, isDigest } from '../lib/digest.ts';
import type { Image, ImageHistoryEntry, ImageRunConfig } from './image-store.ts';

/** Everything that an image's configuration says of it. */
export interface ImageDocument extends Image {
  readonly comment: string;
  readonly dockerVersion: string;
  readonly osVersion: string | undefined;
  /** The container that the image was committed from, by engines that had those. */
  readonly container: string;
  readonly containerConfig: ImageRunConfig | undefined;
  /** For the manifests that are made of the image here; Docker has no place for them, and OCI only in manifests. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Where a configuration made here keeps them. */
export const ANNOTATIONS_FIELD = 'skiff.annotations.v1';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration. The image's ID is the digest of exactly these bytes.
 * @throws invalid_argument when a part that the engine relies on is missing or of the wrong type.
 */
export function parseImageDocument(bytes: Uint8Array): ImageDocument {
  const json = parseObject(bytes);
  const rootfs = json['rootfs'];
  if (!isObject(rootfs)) throw brokenImageConfig('no RootFS key');
  const diffIds = parseDiffIds(rootfs['diff_ids']);
  const containerConfig = json['container_config'];
  return {
    id: digestOf(bytes) as string as ImageId,
    topChainId: chainIdsOf(diffIds).at(-1),
    diffIds,
    architecture: text(json, 'architecture') ?? '',
    variant: text(json, 'variant') || undefined,
    os: text(json, 'os') || 'linux',
    osVersion: text(json, 'os.version') || undefined,
    created: text(json, 'created'),
    author: text(json, 'author'),
    comment: text(json, 'comment') ?? '',
    dockerVersion: text(json, 'docker_version') ?? '',
    container: text(json, 'container') ?? '',
    config: parseRunConfig(json['config']),
    containerConfig: containerConfig === undefined ? undefined : parseRunConfig(containerConfig),
    history: parseHistory(json['history'], diffIds.length),
    annotations: parseAnnotations(json[ANNOTATIONS_FIELD]),
  };
}

/** Milliseconds since the epoch; 0 for images that do not say when they were made, as reproducible builds do. */
export function createdAtMs(image: Pick<Image, 'created'>): number {
  const time = Date.parse(image.created ?? '');
  return Number.isNaN(time) ? 0 : time;
}

function parseObject(bytes: Uint8Array): Json {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    throw brokenImageConfig(messageOf(error), error);
  }
  if (!isObject(json)) throw brokenImageConfig('not an object');
  return json;
}

function parseDiffIds(value: unknown): DiffId[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw brokenImageConfig('rootfs.diff_ids is no list');
  return value.map((diffId) => {
    if (typeof diffId !== 'string' || !isDigest(diffId)) {
      throw brokenImageConfig(`rootfs.diff_ids holds ${JSON.stringify(diffId)}, which is no digest`);
    }
    return diffId as string as DiffId;
  });
}

const LISTS = ['Env', 'Entrypoint', 'Cmd', 'Shell', 'OnBuild'];
const MAPS = ['ExposedPorts', 'Volumes', 'Labels'];
const TEXTS = ['User', 'WorkingDir', 'StopSignal', 'Hostname', 'Domainname', 'Image', 'MacAddress'];
const FLAGS = [
  'ArgsEscaped',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'NetworkDisabled',
];
const HEALTH_NUMBERS = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'];

function parseRunConfig(value: unknown): ImageRunConfig {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw brokenImageConfig('config is no object');
  const check = (keys: readonly string[], isRight: (item: unknown) => boolean) => {
    const wrong = keys.find((key) => value[key] !== undefined && value[key] !== null && !isRight(value[key]));
    if (wrong !== undefined) throw brokenImageConfig(`config.${wrong} has the wrong type`);
  };
  check(LISTS, isTextList);
  check(MAPS, isObject);
  check(['Labels'], (item) => Object.values(item as Json).every((label) => typeof label === 'string'));
  check(TEXTS, (item) => typeof item === 'string');
  check(FLAGS, (item) => typeof item === 'boolean');
  check(['ExposedPorts', 'Volumes'], (item) => Object.values(item as Json).every(isObject));
  check(['StopTimeout'], Number.isInteger);
  check(['Healthcheck'], isHealthCheck);
  return value as ImageRunConfig;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function isHealthCheck(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { Test } = value;
  const numbers = HEALTH_NUMBERS.map((key) => value[key] ?? 0);
  return (Test === undefined || Test === null || isTextList(Test)) && numbers.every(Number.isInteger);
}

function parseHistory(value: unknown, layers: number): ImageHistoryEntry[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw brokenImageConfig('history is no list of objects');
  const history = value as ImageHistoryEntry[];
  if (history.filter((entry) => entry.empty_layer !== true).length > layers) {
    throw brokenImageConfig('too many non-empty layers in History section');
  }
  return history;
}

function parseAnnotations(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function text(json: Json, key: string): string | undefined {
  const value = json[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw brokenImageConfig(`${key} is no string`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
