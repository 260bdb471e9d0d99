import { invalidArgument } from '../../../errors/engine-error.ts';
import { isDigest } from '../../../lib/digest.ts';
import { type ImageReference, parseReference, withTag } from '../../../lib/image-reference.ts';

/**
 * The reference that two parameters of a request make: the second, a tag or a digest, takes the place of what the first
 * has of either. @throws invalid_argument with Docker's texts
 */
export function referenceOf(name: string, tagOrDigest: string): ImageReference {
  const reference = parseReference(name);
  if (tagOrDigest === '') return reference;
  if (isDigest(tagOrDigest)) return { ...reference, tag: undefined, digest: tagOrDigest };
  if (/^sha(384|512):/.test(tagOrDigest)) throw invalidArgument('unsupported digest algorithm: only sha256 is known');
  return withTag({ ...reference, digest: undefined }, tagOrDigest);
}
