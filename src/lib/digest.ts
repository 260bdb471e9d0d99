import { createHash } from 'node:crypto';
import { invalidArgument } from '../errors/engine-error.ts';

/** A content digest as OCI writes it, `sha256:` and 64 hexadecimal digits. Only sha256 is accepted. */
export type Digest = string & { readonly __digest: unique symbol };
/** The digest of a layer's uncompressed tar. */
export type DiffId = Digest & { readonly __diffId: unique symbol };
/** Identifies a layer together with all layers below it (OCI image specification, "Layer ChainID"). */
export type ChainId = Digest & { readonly __chainId: unique symbol };
/** The digest of an image's configuration, as bytes. */
export type ImageId = Digest & { readonly __imageId: unique symbol };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** @throws invalid_argument when the text is no sha256 digest. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw invalidArgument(`invalid digest: ${JSON.stringify(text)}`);
  return text;
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** The 64 hexadecimal digits, without the algorithm. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The chain ID of `diffId` on top of `parent`; the lowest layer's chain ID is its diff ID. */
export function chainIdOf(parent: ChainId | undefined, diffId: DiffId): ChainId {
  return (parent === undefined ? diffId : digestOf(`${parent} ${diffId}`)) as ChainId;
}

/** The chain IDs of all layers, lowest first. */
export function chainIdsOf(diffIds: readonly DiffId[]): ChainId[] {
  const chain: ChainId[] = [];
  for (const diffId of diffIds) chain.push(chainIdOf(chain.at(-1), diffId));
  return chain;
}
