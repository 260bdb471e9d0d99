import { invalidArgument } from '../errors/engine-error.ts';
import type { Digest, ImageId } from './digest.ts';
import { isDigest } from './digest.ts';

/** A name of an image in its full form: `docker.io/library/busybox`, with a tag, a digest, both or neither. */
export interface ImageReference {
  /** With the registry's host: `docker.io/library/busybox`. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const DEFAULT_DOMAIN = 'docker.io';
const LEGACY_DOMAIN = 'index.docker.io';
const OFFICIAL_PREFIX = 'library/';
const DEFAULT_TAG = 'latest';
const MAX_NAME_LENGTH = 255;

// The grammar of github.com/distribution/reference, piece by piece.
const ALPHANUMERIC = '[a-z0-9]+';
const SEPARATOR = '(?:[._]|__|[-]+)';
const COMPONENT = `${ALPHANUMERIC}(?:${SEPARATOR}${ALPHANUMERIC})*`;
const DOMAIN_COMPONENT = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])`;
const NAME = `(?:${HOST}(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const REFERENCE = new RegExp(`^(${NAME})(?::(${TAG}))?(?:@(${DIGEST}))?$`);
const WHOLE_TAG = new RegExp(`^${TAG}$`);
const HEX_ID = /^[a-f0-9]{64}$/;

/**
 * Reads a name as users write it, and fills in the registry and `library/` that they leave out. No tag is added.
 * @throws invalid_argument with Docker's text.
 */
export function parseReference(text: string): ImageReference {
  if (HEX_ID.test(text)) {
    throw invalidArgument(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, rest } = splitDomain(text);
  const path = rest.split(':', 1)[0] ?? '';
  if (path.toLowerCase() !== path) {
    throw invalidArgument(`invalid reference format: repository name (${path}) must be lowercase`);
  }
  const [, name, tag, digest] = REFERENCE.exec(`${domain}/${rest}`) ?? [];
  if (name === undefined) throw invalidArgument('invalid reference format');
  if (name.length > MAX_NAME_LENGTH) {
    throw invalidArgument(`repository name must not be more than ${MAX_NAME_LENGTH} characters`);
  }
  return { name, tag, digest: digest === undefined ? undefined : checkedDigest(digest) };
}

function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  let domain = isDomain ? first : DEFAULT_DOMAIN;
  const rest = isDomain ? text.slice(slash + 1) : text;
  if (domain === LEGACY_DOMAIN) domain = DEFAULT_DOMAIN;
  const isOfficial = domain === DEFAULT_DOMAIN && !rest.includes('/');
  return { domain, rest: isOfficial ? OFFICIAL_PREFIX + rest : rest };
}

function checkedDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [algorithm = '', hex = ''] = text.split(':');
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) throw invalidArgument('unsupported digest algorithm');
  if (algorithm === 'sha256' && hex.length !== 64) throw invalidArgument('invalid checksum digest length');
  throw invalidArgument(algorithm === 'sha256' ? 'invalid checksum digest format' : 'unsupported digest algorithm');
}

/** What a request may name an image by: a full image ID (with or without `sha256:`) or a reference. */
export type ImageSpecifier =
  | { readonly kind: 'id'; readonly id: ImageId }
  | { readonly kind: 'reference'; readonly reference: ImageReference };

/** @throws invalid_argument as `parseReference`. */
export function parseSpecifier(text: string): ImageSpecifier {
  if (HEX_ID.test(text)) return { kind: 'id', id: `sha256:${text}` as ImageId };
  if (isDigest(text)) return { kind: 'id', id: text as string as ImageId };
  return { kind: 'reference', reference: parseReference(text) };
}

/** With the tag `latest` where there is neither tag nor digest. */
export function withDefaultTag(reference: ImageReference): ImageReference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: DEFAULT_TAG };
}

/** @throws invalid_argument, `invalid tag format`. */
export function withTag(reference: ImageReference, tag: string): ImageReference {
  if (!WHOLE_TAG.test(tag)) throw invalidArgument('invalid tag format');
  return { ...reference, tag };
}

/** The full form, as it is stored: `docker.io/library/busybox:latest`. */
export function fullName({ name, tag, digest }: ImageReference): string {
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The registry's host in a full name: `docker.io` of `docker.io/library/busybox`. */
export function registryOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

/** The repository in a full name, without its registry: `library/busybox`. */
export function repositoryPath(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** The repository as users write it: `busybox`. */
export function familiarRepository({ name }: ImageReference): string {
  const path = name.startsWith(`${DEFAULT_DOMAIN}/`) ? name.slice(DEFAULT_DOMAIN.length + 1) : name;
  if (path === name) return name;
  const official = path.startsWith(OFFICIAL_PREFIX) ? path.slice(OFFICIAL_PREFIX.length) : path;
  return official.includes('/') ? path : official;
}

/** The whole reference as users write it: `busybox:latest`. */
export function familiarReference(reference: ImageReference): string {
  return fullName({ ...reference, name: familiarRepository(reference) });
}

/**
 * The `repo` and `tag` parameters of a request; undefined without a repository. A tag in `repo` gives way to `tag`.
 * @throws invalid_argument with Docker's text, also for a digest: only a registry can give those.
 */
export function repositoryAndTag(repository: string, tag: string): ImageReference | undefined {
  if (repository === '') return undefined;
  const reference = parseReference(repository);
  if (reference.digest !== undefined) throw invalidArgument('cannot import digest reference');
  return tag === '' ? withDefaultTag(reference) : withTag(reference, tag);
}
