import { type Digest, isDigest } from '../../lib/digest.ts';
import type { AnyDigest } from '../names.ts';
import type { RegistryContent } from '../registry-content.ts';

/** The digest that content is kept by. Answers name the one that was asked for: clients compare. */
export async function canonicalOf(
  content: Pick<RegistryContent, 'canonical'>,
  digest: AnyDigest,
): Promise<Digest | undefined> {
  return isDigest(digest) ? digest : content.canonical(digest);
}
