import type { Digest } from '../lib/digest.ts';
import { isDigest } from '../lib/digest.ts';

/** A repository's name in a registry, without its host. It has no component that begins with an underscore or a dot. */
export type RepositoryName = string & { readonly __repositoryName: unique symbol };
export type Tag = string & { readonly __tag: unique symbol };
/** By the other algorithm that the OCI image specification registers. Content that came by it is kept by its sha256. */
export type Sha512 = string & { readonly __sha512: unique symbol };
export type AnyDigest = Digest | Sha512;

// The grammar of the distribution specification, "Pulling manifests".
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const SHA512 = /^sha512:[0-9a-f]{128}$/;
const MAX_NAME_LENGTH = 255;

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text);
}

export function isTag(text: string): text is Tag {
  return TAG.test(text);
}

export function isSha512(text: string): text is Sha512 {
  return SHA512.test(text);
}

export function isAnyDigest(text: string): text is AnyDigest {
  return isDigest(text) || isSha512(text);
}

export function isReference(text: string): text is Tag | AnyDigest {
  return isTag(text) || isAnyDigest(text);
}
