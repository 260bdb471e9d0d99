import type { Digest } from '../lib/digest.ts';
import { isDigest } from '../lib/digest.ts';

/** A repository's name in a registry, without its host. It has no component that begins with an underscore or a dot. */
export type RepositoryName = string & { readonly __repositoryName: unique symbol };
export type Tag = string & { readonly __tag: unique symbol };

// The grammar of the distribution specification, "Pulling manifests".
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const MAX_NAME_LENGTH = 255;

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text);
}

export function isTag(text: string): text is Tag {
  return TAG.test(text);
}

export function isReference(text: string): text is Tag | Digest {
  return isTag(text) || isDigest(text);
}
