import type { Digest } from '../../lib/digest.ts';
import { blobTarget, type RegistryClient } from '../registry-client.ts';
import { pushScope } from '../scopes.ts';

/** Whether the repository (without its registry) has the blob. @throws RegistryError, ExchangeError */
export async function hasBlob(
  client: RegistryClient,
  name: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<boolean> {
  const response = await client.send({
    method: 'HEAD',
    target: blobTarget(name, digest),
    scopes: [pushScope(name)],
    accepts: [404],
    signal,
  });
  response.body.resume();
  return response.status !== 404;
}
