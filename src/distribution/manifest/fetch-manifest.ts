import { internalError } from '../../errors/engine-error.ts';
import type { Digest } from '../../lib/digest.ts';
import { digestOf, isDigest } from '../../lib/digest.ts';
import { readBody } from '../http/http-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import type { Manifest } from './manifest.ts';
import { ACCEPTED_MANIFESTS } from './media-types.ts';
import { parseManifest } from './parse-manifest.ts';

/** More no registry takes, so more none has to give. */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

export interface ManifestLocation {
  /** The repository, without its registry. */
  readonly name: string;
  /** A tag or a digest. */
  readonly reference: string;
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
}

/** @throws as `fetchDocument`; invalid_argument as `parseManifest` */
export async function fetchManifest(client: RegistryClient, location: ManifestLocation): Promise<Manifest> {
  const { bytes, contentType } = await fetchDocument(client, location);
  return parseManifest(bytes, contentType);
}

/** A manifest of whatever kind, unread. @throws RegistryError, ExchangeError; internal when it is not what its digest says */
export async function fetchDocument(
  client: RegistryClient,
  location: ManifestLocation,
): Promise<{ readonly bytes: Buffer; readonly contentType: string }> {
  const response = await client.send(requestFor('GET', location));
  const bytes = await readBody(response, MANIFEST_LIMIT_BYTES);
  if (isDigest(location.reference) && digestOf(bytes) !== location.reference) {
    throw internalError(`manifest verification failed for digest ${location.reference}`);
  }
  return { bytes, contentType: response.header('content-type') ?? '' };
}

/** The digest that a tag has now; undefined when the registry does not say it. */
export async function headManifest(client: RegistryClient, location: ManifestLocation): Promise<Digest | undefined> {
  // Registries that have no HEAD are asked by GET next, and say then what is wrong.
  const accepts = [400, 401, 403, 404, 405];
  const response = await client.send({ ...requestFor('HEAD', location), accepts });
  response.body.resume();
  const digest = response.header('docker-content-digest') ?? '';
  return response.status === 200 && isDigest(digest) ? digest : undefined;
}

function requestFor(method: 'GET' | 'HEAD', { name, reference, scopes, signal }: ManifestLocation) {
  return {
    method,
    target: `/v2/${name}/manifests/${reference}`,
    headers: { accept: ACCEPTED_MANIFESTS },
    scopes,
    signal,
  };
}
