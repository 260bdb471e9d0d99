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
    // Why it is forbidden, the upload's refusal says: the answer to HEAD has no body.
    accepts: [403, 404, 405],
    signal,
  });
  response.body.resume();
  return response.status < 300;
}
