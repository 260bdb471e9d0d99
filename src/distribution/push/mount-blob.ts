import type { Digest } from '../../lib/digest.ts';
import type { DistributionContext } from '../context.ts';
import type { RegistryClient } from '../registry-client.ts';
import { pullScope, pushScope } from '../scopes.ts';
import type { PushTarget } from './push-target.ts';

/**
 * Has the registry take a blob from another of its repositories, of those that it is known to be in. Returns that
 * repository without its registry; undefined when none would do: it may be forbidden, or the blob may be gone from there.
 */
export async function mountBlob(
  { state }: Pick<DistributionContext, 'state'>,
  client: RegistryClient,
  target: PushTarget,
  digest: Digest,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const repository of state.sourcesOf(digest, target.registry)) {
    if (repository === target.repository) continue;
    const from = repository.slice(target.registry.length + 1);
    if (await mountFrom(client, { name: target.name, from, digest }, signal)) return from;
  }
  return undefined;
}

/** An upload that the registry begins instead is ended. */
async function mountFrom(
  client: RegistryClient,
  { name, from, digest }: { readonly name: string; readonly from: string; readonly digest: Digest },
  signal: AbortSignal,
): Promise<boolean> {
  const scopes = [pushScope(name), pullScope(from)];
  const target = `/v2/${name}/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
  const refusals = [400, 401, 403, 404, 405];
  const response = await client.send({ method: 'POST', target, scopes, accepts: refusals, signal });
  response.body.resume();
  const location = response.header('location');
  if (response.status === 202 && location !== undefined) {
    const upload = new URL(location, response.url);
    const ended = await client.send({ method: 'DELETE', target: upload, scopes, accepts: [...refusals, 500], signal });
    ended.body.resume();
  }
  return response.status === 201;
}
