import { EngineError, internalError, isEngineError } from '../errors/engine-error.ts';
import { fetchToken } from './auth/fetch-token.ts';
import type { Credentials } from './credentials.ts';
import { HUB, HUB_LOGIN } from './endpoint/find-endpoints.ts';
import { RegistryError } from './http/registry-error.ts';
import type { RegistryClient } from './registry-client.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { withRegistry } from './with-registry.ts';

export interface Login {
  /** To be kept instead of the password; empty where the registry gives none. */
  readonly identityToken: string;
}

/** Proves credentials to a registry. @throws internal, unauthorized with Docker's texts */
export async function login(settings: RegistrySettings, credentials: Credentials, signal: AbortSignal): Promise<Login> {
  const registry = registryAt(credentials.serverAddress);
  // The question how to ask is put without credentials; they are used below.
  return withRegistry({ registry, withMirrors: false, credentials, settings, signal }, (client) =>
    prove(client, credentials, signal),
  );
}

/** With a client that was made without these credentials, or with them. @throws as `login` */
export async function prove(client: RegistryClient, credentials: Credentials, signal: AbortSignal): Promise<Login> {
  const { authorizer, http, endpoint } = client;
  const url = new URL(`${endpoint.base}/v2/`);
  const { challenge } = authorizer;
  if (challenge === undefined) return { identityToken: '' };
  let identityToken = '';
  let authorization: string | undefined;
  if (challenge.scheme === 'bearer') {
    const isEncrypted = endpoint.base.startsWith('https:');
    const request = { challenge, scopes: [], credentials, isEncrypted, offline: true, signal };
    const token = await fetchToken(http, request).catch((error: unknown) => {
      throw notProven(error, url);
    });
    identityToken = token.refreshToken;
    authorization = `Bearer ${token.text}`;
  } else {
    authorization = await authorizer.header([], signal).catch((error: unknown) => {
      throw notProven(error, url);
    });
  }
  const headers = authorization === undefined ? {} : { authorization };
  const response = await http.send({ method: 'GET', url, headers, signal });
  response.body.resume();
  if (response.status === 200) return { identityToken };
  const status = `${response.status} ${response.statusText}`.trim();
  throw internalError(`login attempt to ${url.href} failed with status: ${status}`);
}

/** In Docker's words, which name what the token or password would have been for. */
function notProven(error: unknown, url: URL): unknown {
  if (!isEngineError(error)) return error;
  const kind = error instanceof RegistryError && error.status === 401 ? 'unauthorized' : 'internal';
  return new EngineError(kind, `Get ${JSON.stringify(url.href)}: ${error.message}`, { cause: error });
}

/** The registry that a server's address, as clients keep it, belongs to. */
export function registryAt(serverAddress: string): string {
  const [host = ''] = serverAddress.replace(/^https?:\/\//, '').split('/');
  return host === '' || serverAddress === HUB_LOGIN || host === 'index.docker.io' || host === 'registry-1.docker.io'
    ? HUB
    : host;
}
