import type { Credentials } from './credentials.ts';
import { NO_CREDENTIALS } from './credentials.ts';
import { findEndpoints } from './endpoint/find-endpoints.ts';
import { ExchangeError } from './http/transport-error.ts';
import { RegistryClient } from './registry-client.ts';
import type { RegistrySettings } from './registry-settings.ts';

export interface RegistryAccess {
  /** The registry's host as names have it. */
  readonly registry: string;
  readonly withMirrors: boolean;
  readonly credentials: Credentials;
  readonly settings: RegistrySettings;
  readonly signal: AbortSignal;
  /** Told of waits for a registry that is in trouble or asked for it, but for those of transfers. */
  readonly onWait?: (waitMs: number) => void;
}

/**
 * Does the work with the first endpoint of the registry that it succeeds with. Another one is tried when nobody answers,
 * and after any failure of a mirror: what a mirror lacks or gets wrong, the registry itself may have.
 * @throws the last endpoint's failure
 */
export async function withRegistry<T>(
  access: RegistryAccess,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const { registry, settings, signal, withMirrors } = access;
  const endpoints = await findEndpoints(registry, settings, { withMirrors });
  for (const [index, endpoint] of endpoints.entries()) {
    const isLast = index === endpoints.length - 1;
    const credentials = endpoint.isMirror ? NO_CREDENTIALS : access.credentials;
    let client: RegistryClient;
    try {
      client = await RegistryClient.connect(endpoint, credentials, settings, signal, access.onWait);
    } catch (error) {
      if (isLast || !(error instanceof ExchangeError)) throw error;
      continue;
    }
    try {
      return await work(client);
    } catch (error) {
      signal.throwIfAborted();
      if (isLast || !endpoint.isMirror) throw error;
    } finally {
      client.close();
    }
  }
  throw new TypeError(`no endpoints for ${registry}`);
}
