import { type Digest, hexOf, isDigest } from '../lib/digest.ts';
import { RegistryError } from './http/registry-error.ts';
import { fetchDocument } from './manifest/fetch-manifest.ts';
import { readPages } from './read-pages.ts';
import type { RegistryClient } from './registry-client.ts';
import { pullScope } from './scopes.ts';

export interface Referrer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * What refers to a manifest. Registries without the API have it under a tag (distribution specification, "Referrers Tag
 * Schema"). @throws RegistryError, ExchangeError, internal
 */
export async function listReferrers(
  client: RegistryClient,
  { name, subject }: { readonly name: string; readonly subject: Digest },
  signal: AbortSignal,
): Promise<Referrer[]> {
  const list = { target: `/v2/${name}/referrers/${subject}`, scopes: [pullScope(name)], signal };
  const found: Referrer[] = [];
  try {
    for await (const { manifests } of readPages(client, list)) found.push(...referrersIn(manifests));
    return found;
  } catch (error) {
    if (isAbsent(error)) return listByTag(client, { name, reference: `sha256-${hexOf(subject)}`, ...list });
    throw error;
  }
}

async function listByTag(client: RegistryClient, location: Parameters<typeof fetchDocument>[1]): Promise<Referrer[]> {
  try {
    const { manifests } = JSON.parse((await fetchDocument(client, location)).bytes.toString()) as Record<
      string,
      unknown
    >;
    return referrersIn(manifests);
  } catch (error) {
    // Whoever made the tag may have put anything there.
    if (isAbsent(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof RegistryError && [400, 404, 405].includes(error.status);
}

/** What is no descriptor is left out. */
function referrersIn(list: unknown): Referrer[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { mediaType, digest, size, artifactType, annotations } = item as Record<string, unknown>;
    if (typeof mediaType !== 'string' || typeof digest !== 'string' || !isDigest(digest)) return [];
    if (typeof size !== 'number' || !Number.isSafeInteger(size)) return [];
    return {
      mediaType,
      digest,
      size,
      ...(typeof artifactType === 'string' ? { artifactType } : {}),
      ...(isTexts(annotations) ? { annotations } : {}),
    };
  });
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}
