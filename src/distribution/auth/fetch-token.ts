import { EngineError, internalError, messageOf } from '../../errors/engine-error.ts';
import type { Credentials } from '../credentials.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/http-client.ts';
import { readBody } from '../http/http-client.ts';
import { registryError } from '../http/registry-error.ts';
import type { Challenge } from './challenge.ts';

export interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
  /** By which later tokens can be had without the password, when the server gives one. */
  readonly refreshToken: string;
}

export interface TokenRequest {
  readonly challenge: Challenge;
  /** What is to be done, such as `repository:library/busybox:pull`. */
  readonly scopes: readonly string[];
  readonly credentials: Credentials;
  /** The registry is reached by TLS, and so must be whoever is given its credentials. */
  readonly isEncrypted: boolean;
  /** Ask for a refresh token as well: for a login. */
  readonly offline?: boolean;
  readonly signal: AbortSignal;
}

const CLIENT_ID = 'docker';
const LIMIT_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 10;
/** What the specification says where a server does not. */
const DEFAULT_LIFE_S = 60;

/**
 * Gets a token from the server that the challenge names (distribution's "Token Authentication"): by a refresh token
 * where there is one, else by name and password, else for anybody.
 * @throws internal, with the server's own words when it refuses
 */
export async function fetchToken(http: HttpClient, request: TokenRequest): Promise<Token> {
  const realm = realmOf(request);
  const { identityToken } = request.credentials;
  const response = await (identityToken === '' ? get(http, realm, request) : post(http, realm, request));
  if (response.status !== 200) throw await registryError(response);
  return readToken(response);
}

function realmOf({ challenge, credentials, isEncrypted }: TokenRequest): URL {
  const text = challenge.parameters.get('realm') ?? '';
  if (text === '') throw internalError('no realm specified for token auth challenge');
  const realm = URL.parse(text);
  if (realm === null || !/^https?:$/.test(realm.protocol)) {
    throw internalError(`the registry names no usable token server: ${JSON.stringify(text)}`);
  }
  const hasSecret = credentials.password !== '' || credentials.identityToken !== '';
  if (isEncrypted && hasSecret && realm.protocol === 'http:') {
    throw internalError(`the registry wants credentials to be sent to ${realm.origin} without encryption: refused`);
  }
  return realm;
}

function get(http: HttpClient, realm: URL, request: TokenRequest): Promise<HttpResponse> {
  const { challenge, scopes, credentials, offline, signal } = request;
  const url = new URL(realm);
  const service = challenge.parameters.get('service') ?? '';
  if (service !== '') url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (offline === true) {
    url.searchParams.set('offline_token', 'true');
    url.searchParams.set('client_id', CLIENT_ID);
  }
  if (credentials.username === '') return follow(http, { method: 'GET', url, signal });
  url.searchParams.set('account', credentials.username);
  return follow(http, { method: 'GET', url, signal, headers: { authorization: basicAuthorization(credentials) } });
}

/** Goes where the token server redirects to; credentials are for the server itself alone. */
async function follow(http: HttpClient, request: HttpRequest, left = MAX_REDIRECTS): Promise<HttpResponse> {
  const response = await http.send(request);
  const location = response.header('location');
  const url = location === undefined ? null : URL.parse(location, request.url.href);
  const isRedirect = [301, 302, 303, 307, 308].includes(response.status);
  if (!isRedirect || left === 0 || url === null || !/^https?:$/.test(url.protocol)) return response;
  response.body.resume();
  const { method, signal, headers = {} } = request;
  return follow(http, { method, url, signal, headers: url.origin === request.url.origin ? headers : {} }, left - 1);
}

function post(http: HttpClient, url: URL, request: TokenRequest): Promise<HttpResponse> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: request.credentials.identityToken,
    service: request.challenge.parameters.get('service') ?? '',
    client_id: CLIENT_ID,
    ...(request.scopes.length === 0 ? {} : { scope: request.scopes.join(' ') }),
  });
  return http.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
    signal: request.signal,
  });
}

async function readToken(response: HttpResponse): Promise<Token> {
  const text = (await readBody(response, LIMIT_BYTES)).toString();
  try {
    const answer = JSON.parse(text) as Record<string, unknown>;
    const token = [answer['token'], answer['access_token']].find((value) => typeof value === 'string' && value !== '');
    if (typeof token !== 'string') throw internalError('authorization server did not include a token in the response');
    const lifeSeconds = Math.max(Number(answer['expires_in'] ?? 0) || 0, DEFAULT_LIFE_S);
    const refreshToken = answer['refresh_token'];
    return {
      text: token,
      expiresAtMs: Date.now() + lifeSeconds * 1000,
      refreshToken: typeof refreshToken === 'string' ? refreshToken : '',
    };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw internalError(`unable to decode token response: ${messageOf(error)}`, error);
  }
}

export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
