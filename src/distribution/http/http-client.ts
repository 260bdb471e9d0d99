import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { internalError } from '../../errors/engine-error.ts';
import { VERSION } from '../../lib/version.ts';
import { ProxySettings } from './proxy-settings.ts';
import { exchangeError } from './transport-error.ts';

export interface StreamedBody {
  /** Begun anew for each time that the request is sent. */
  readonly stream: () => AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | StreamedBody;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly method: string;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly status: number;
  readonly statusText: string;
  header(name: string): string | undefined;
  /** To be read to its end or destroyed. */
  readonly body: IncomingMessage;
}

/** A connection on which nothing moves for this long is given up. Storing a large upload takes registries a while. */
const IDLE_LIMIT_MS = 60_000;
const UPLOAD_IDLE_LIMIT_MS = 300_000;

export interface TlsOptions {
  readonly ca?: string[];
  readonly cert?: string[];
  readonly key?: string[];
  readonly rejectUnauthorized: boolean;
}

/** Speaks HTTP to one endpoint and to what it redirects to. Its connections are kept until `close`. */
export class HttpClient {
  readonly #tls: TlsOptions;
  /** The proxies that the daemon's environment names are used, as by Docker. */
  readonly #proxy = new ProxySettings(process.env);
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();

  constructor(tls: TlsOptions) {
    this.#tls = tls;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agentFor(url: URL): HttpAgent | HttpsAgent {
    const proxyEnv = this.#proxy.isUsedFor(url) ? this.#proxy.environment : undefined;
    const key = `${url.protocol} ${proxyEnv === undefined ? 'directly' : 'by proxy'}`;
    const options = { keepAlive: true, ...(proxyEnv === undefined ? {} : { proxyEnv: { ...proxyEnv } }) };
    const agent =
      this.#agents.get(key) ??
      (url.protocol === 'https:' ? new HttpsAgent({ ...options, ...this.#tls }) : new HttpAgent(options));
    this.#agents.set(key, agent);
    return agent;
  }

  /**
   * One exchange, without following redirects.
   * @throws ExchangeError when there is no answer; the signal's reason when that ended it.
   */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { method, url, signal } = request;
    signal.throwIfAborted();
    try {
      const message = await this.#exchange(request);
      return {
        method,
        url,
        status: message.statusCode ?? 0,
        statusText: message.statusMessage ?? '',
        header: (name) => {
          const value = message.headers[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        body: message,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw exchangeError(method, url, error);
    }
  }

  #exchange({ method, url, headers, body, signal }: HttpRequest): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const isEncrypted = url.protocol === 'https:';
    const options = {
      method,
      signal,
      agent: this.#agentFor(url),
      headers: { 'user-agent': `skiff/${VERSION}`, ...lengthOf(method, body), ...headers },
    };
    const outgoing = isEncrypted ? httpsRequest(url, options) : httpRequest(url, options);
    outgoing.setTimeout(body === undefined ? IDLE_LIMIT_MS : UPLOAD_IDLE_LIMIT_MS, () =>
      outgoing.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
    );
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
    else {
      // A registry that refuses an upload answers before it has read it all: its answer counts, not the broken pipe.
      pipeline(Readable.from(body.stream(), { objectMode: false }), outgoing).catch(reject);
    }
    return promise;
  }
}

function lengthOf(method: string, body: HttpRequest['body']): OutgoingHttpHeaders {
  if (body === undefined) return method === 'GET' || method === 'HEAD' ? {} : { 'content-length': 0 };
  return { 'content-length': body instanceof Uint8Array ? body.length : body.sizeBytes };
}

/**
 * The whole body.
 * @throws internal when it is larger than the limit: nothing that is read so has reason to be.
 */
export async function readBody({ body, method, url }: HttpResponse, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > limitBytes) throw internalError(`the answer of ${url.href} is larger than ${limitBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    if (sizeBytes > limitBytes) throw error;
    throw exchangeError(method, url, error);
  }
  return Buffer.concat(chunks);
}

/** What comes first of a body; the rest is not waited for. */
export async function readStart({ body, method, url }: HttpResponse, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes >= limitBytes) break;
    }
  } catch (error) {
    throw exchangeError(method, url, error);
  }
  return Buffer.concat(chunks).subarray(0, limitBytes);
}
