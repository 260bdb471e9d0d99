import { isBun } from '../lib/is-bun.ts';
import { VERSION } from '../lib/version.ts';
import { ApiError } from './api-error.ts';
import { fetchTransport } from './fetch-transport.ts';
import type { HijackedStream } from './hijack.ts';
import {
  type Endpoint,
  type RequestBody,
  type Transport,
  TransportError,
  type TransportResponse,
} from './transport.ts';
import { unreachable } from './unreachable.ts';
import { NEWEST_API_VERSION, olderVersionFrom } from './version-negotiation.ts';

export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface RequestOptions {
  /** Undefined values are left out; a list repeats its name. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it stands (tar archives); a stream is sent with back-pressure. */
  readonly body?: RequestBody;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ClientOptions {
  readonly endpoint: Endpoint;
  /** As the user wrote it, for messages: `unix:///run/skiff.sock`. */
  readonly address: string;
  /** Fixes the API version (DOCKER_API_VERSION); otherwise it is negotiated. */
  readonly apiVersion?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One daemon. Requests carry the newest API version that we speak; a daemon that is older refuses the first one before
 * it does anything, says what it speaks, and the request is sent again with that. So a current daemon is never asked
 * twice, and no request is spent on asking for the version.
 */
export class ApiClient {
  readonly address: string;
  readonly #options: ClientOptions;
  readonly #pinned: boolean;
  #version: string;
  #transport: Promise<Transport> | undefined;

  constructor(options: ClientOptions) {
    this.address = options.address;
    this.#options = options;
    this.#pinned = options.apiVersion !== undefined;
    this.#version = options.apiVersion ?? NEWEST_API_VERSION;
  }

  /** The version that requests carry now; lower than ours once a daemon asked for that. */
  get apiVersion(): string {
    return this.#version;
  }

  /**
   * @throws ApiError when the daemon answers with a status of 400 or more
   * @throws UnreachableError when there is no answer
   */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<TransportResponse> {
    // The answer to HEAD has no body that could say why it was refused.
    if (method === 'HEAD' || isStream(options.body)) await this.negotiate();
    const sent = this.#version;
    const response = await this.#send(method, path, options);
    if (response.status < 400) return response;
    const error = await errorOf(response);
    if (!this.#lowerVersion(error, sent, response)) throw error;
    const second = await this.#send(method, path, options);
    if (second.status >= 400) throw await errorOf(second);
    return second;
  }

  /** The body of the answer. The caller names its type; the daemon's word is taken for it. */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.request(method, path, options);
    return JSON.parse(await response.text()) as T;
  }

  /** Takes the connection over in both directions (attach, exec). Errors as `request`. */
  async hijack(path: string, options: RequestOptions = {}): Promise<HijackedStream> {
    const { hijack } = await import('./hijack.ts');
    const attempt = (): Promise<HijackedStream | TransportResponse> => {
      const target = this.#target(path, options);
      return hijack(this.#options.endpoint, {
        method: 'POST',
        target,
        headers: this.#headers(options),
        ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
      }).catch((error: unknown) => {
        throw this.#unreachable(error, 'POST', target);
      });
    };
    const sent = this.#version;
    const first = await attempt();
    if (!('status' in first)) return first;
    const error = await errorOf(first);
    if (!this.#lowerVersion(error, sent, first)) throw error;
    const second = await attempt();
    if ('status' in second) throw await errorOf(second);
    return second;
  }

  /** Settles the version by a request of its own: before a body that cannot be sent twice. Idempotent. */
  async negotiate(): Promise<void> {
    if (this.#pinned) return;
    const response = await this.#exchange('GET', `${this.#basePath()}/_ping`, {});
    await response.text();
    const offered = response.header('api-version');
    if (offered !== undefined) this.#version = olderVersionFrom(offered, this.#version) ?? this.#version;
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<TransportResponse> {
    return await this.#exchange(method, this.#target(path, options), options);
  }

  async #exchange(method: string, target: string, options: RequestOptions): Promise<TransportResponse> {
    this.#transport ??= transportFor(this.#options.endpoint);
    const transport = await this.#transport;
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    try {
      return await transport.send({
        method,
        target,
        headers: this.#headers(options),
        ...(body === undefined ? {} : { body }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      throw this.#unreachable(error, method, target);
    }
  }

  /** Whether the request, which carried the version `sent`, should be sent again. */
  #lowerVersion(error: ApiError, sent: string, response: TransportResponse): boolean {
    if (this.#pinned || error.status !== 400 || !error.message.includes('is too new')) return false;
    const lower = olderVersionFrom(response.header('api-version') ?? error.message, sent);
    if (lower === undefined) return false;
    this.#version = lower;
    return true;
  }

  #target(path: string, options: RequestOptions): string {
    return `${this.#basePath()}/v${this.#version}${path}${queryOf(options.query)}`;
  }

  #basePath(): string {
    return this.#options.endpoint.kind === 'tcp' ? this.#options.endpoint.basePath : '';
  }

  #headers(options: RequestOptions): Record<string, string> {
    return {
      'user-agent': `Skiff-Client/${VERSION} (linux)`,
      ...this.#options.headers,
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
  }

  #unreachable(error: unknown, method: string, target: string): unknown {
    if (!(error instanceof TransportError)) return error;
    return unreachable(error, { endpoint: this.#options.endpoint, address: this.address, method, target });
  }
}

async function transportFor(endpoint: Endpoint): Promise<Transport> {
  if (isBun) return fetchTransport(endpoint);
  const { nodeTransport } = await import('./node-transport.ts');
  return nodeTransport(endpoint);
}

function isStream(body: RequestBody | undefined): boolean {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

function queryOf(query: Readonly<Record<string, QueryValue>> | undefined): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`);
    }
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

async function errorOf(response: TransportResponse): Promise<ApiError> {
  const text = await response.text();
  return new ApiError(response.status, messageIn(text) ?? (text.trim() || `status ${response.status}`));
}

function messageIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      return body.message.trim();
    }
    return undefined;
  } catch (error) {
    // Not JSON: a proxy's page, or an old daemon's plain text.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
