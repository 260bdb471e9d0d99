import { EngineError, isEngineError, messageOf } from '../errors/engine-error.ts';
import type { Digest } from '../lib/digest.ts';
import { Authorizer } from './auth/authorizer.ts';
import type { Credentials } from './credentials.ts';
import { readCertificates, tlsOptions } from './endpoint/certificates.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import { HttpClient, type HttpRequest, type HttpResponse } from './http/http-client.ts';
import { RegistryError, registryError } from './http/registry-error.ts';
import { ExchangeError } from './http/transport-error.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { type RetryRules, retryAfterMs, TryLater, withRetries } from './transfer/retry.ts';

export interface RegistryRequest extends Omit<HttpRequest, 'url' | 'method'> {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the endpoint's base (`/v2/…`), or where an earlier answer pointed to. */
  readonly target: string | URL;
  readonly scopes?: readonly string[];
  /** What to answer besides 2xx; everything else is thrown. */
  readonly accepts?: readonly number[];
}

const MAX_REDIRECTS = 10;

type OnWait = (waitMs: number) => void;

/** A registry at one endpoint, for one pull, push or question. Whoever made it closes it. */
export class RegistryClient {
  readonly endpoint: Endpoint;
  readonly #http: HttpClient;
  readonly #authorizer: Authorizer;
  readonly #rules: RetryRules;
  readonly #onWait: OnWait;
  #holders = 0;
  #isClosing = false;

  private constructor(
    endpoint: Endpoint,
    http: HttpClient,
    credentials: Credentials,
    { rules, onWait }: { readonly rules: RetryRules; readonly onWait: OnWait },
  ) {
    this.endpoint = endpoint;
    this.#http = http;
    // What a mirror fails to give, the registry that it is for is asked for at once.
    this.#rules = endpoint.isMirror ? { ...rules, maxAttempts: 1 } : rules;
    this.#onWait = onWait;
    this.#authorizer = new Authorizer(http, credentials, endpoint.base.startsWith('https:'));
  }

  /**
   * Asks the endpoint how it wants to be asked. Credentials are not sent before that, and never to a mirror. `onWait` is
   * told of waits before requests are sent again.
   * @throws ExchangeError when nobody is there
   */
  static async connect(
    endpoint: Endpoint,
    credentials: Credentials,
    settings: RegistrySettings,
    signal: AbortSignal,
    onWait: OnWait = () => undefined,
  ): Promise<RegistryClient> {
    const certificates = await readCertificates(settings.certificateFolders, endpoint.host);
    const http = new HttpClient(tlsOptions(certificates, endpoint.acceptsAnyCertificate));
    try {
      const client = new RegistryClient(endpoint, http, credentials, { rules: settings, onWait });
      const url = new URL(`${endpoint.base}/v2/`);
      const response = await http.send({ method: 'GET', url, signal });
      response.body.resume();
      if (response.status === 401) client.#authorizer.learn(response.header('www-authenticate'));
      return client;
    } catch (error) {
      http.close();
      throw error;
    }
  }

  get authorizer(): Authorizer {
    return this.#authorizer;
  }

  get http(): HttpClient {
    return this.#http;
  }

  /** Its connections stay until what was held is released, and `close` was called. */
  hold(): () => void {
    this.#holders++;
    return () => {
      this.#holders--;
      if (this.#isClosing) this.close();
    };
  }

  close(): void {
    this.#isClosing = true;
    if (this.#holders === 0) this.#http.close();
  }

  /** As `sendOnce`, again after failures that pass. For requests that may be sent twice. */
  send(request: RegistryRequest): Promise<HttpResponse> {
    return withRetries(this.#rules, request.signal, this.#onWait, () => this.sendOnce(request));
  }

  /**
   * One request, authorised as the registry wants it; redirects are followed. Credentials go to the registry itself,
   * and nowhere else.
   * @throws RegistryError for a refusal; ExchangeError without an answer
   */
  async sendOnce(request: RegistryRequest): Promise<HttpResponse> {
    const response = await this.#sendAuthorized(request);
    // What another host, to which we were redirected, wants to know of us is none of its business.
    const isHome = response.url.origin === new URL(this.endpoint.base).origin;
    if (response.status !== 401 || !isHome) return this.#checked(response, request);
    // The token may have ended, or the registry wants one only for this.
    const before = this.#authorizer.challenge;
    this.#authorizer.learn(response.header('www-authenticate'));
    this.#authorizer.forget();
    if (before?.scheme === 'basic' || this.#authorizer.challenge === undefined) {
      return this.#checked(response, request);
    }
    response.body.resume();
    return this.#checked(await this.#sendAuthorized(request), request);
  }

  async #sendAuthorized(request: RegistryRequest): Promise<HttpResponse> {
    const { method, target, scopes = [], body, headers, signal } = request;
    let url = target instanceof URL ? target : new URL(`${this.endpoint.base}${target}`);
    const home = new URL(this.endpoint.base).origin;
    let sentMethod: string = method;
    for (let redirects = 0; ; redirects++) {
      const authorization = url.origin === home ? await this.#authorization(url, scopes, signal) : undefined;
      const response = await this.#http.send({
        method: sentMethod,
        url,
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(body === undefined ? {} : { body }),
        signal,
      });
      const location = response.header('location');
      if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response;
      if (redirects === MAX_REDIRECTS) throw await registryError(response);
      response.body.resume();
      const next = URL.parse(location, url.href);
      if (next === null || !/^https?:$/.test(next.protocol)) throw await registryError(response);
      if (response.status === 303) sentMethod = 'GET';
      url = next;
    }
  }

  async #authorization(url: URL, scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#authorizer.header(scopes, signal);
    } catch (error) {
      throw url.pathname.includes('/manifests/') ? inDockersWords(error, url) : error;
    }
  }

  async #checked(response: HttpResponse, { accepts = [] }: RegistryRequest): Promise<HttpResponse> {
    const { status } = response;
    if ((status >= 200 && status < 300) || accepts.includes(status)) return response;
    const waitMs = retryAfterMs(response.header('retry-after'));
    const error: RegistryError = await registryError(response);
    throw status === 429 || status === 503 ? new TryLater(error.message, status, waitMs) : error;
  }
}

/**
 * Docker asks for a manifest by HEAD first, and names that request. What the token server refuses is not what the
 * registry would have said of the manifest: its code is not taken for the registry's.
 */
function inDockersWords(error: unknown, url: URL): unknown {
  const message = `Head ${JSON.stringify(url.href)}: ${messageOf(error)}`;
  if (error instanceof RegistryError) return new RegistryError('internal', message, error.status);
  if (error instanceof ExchangeError) return new ExchangeError(message, error.isPassing, error);
  return isEngineError(error) ? new EngineError(error.kind, message, { cause: error }) : error;
}

/** The path of something in a repository; `name` is the repository without its registry. */
export function blobTarget(name: string, digest: Digest): string {
  return `/v2/${name}/blobs/${digest}`;
}
