import type { Endpoint, RequestBody, Transport, TransportRequest, TransportResponse } from './transport.ts';
import { TransportError } from './transport.ts';

/** What Bun's fetch takes beyond the standard: a unix socket, and no limit on how long an answer may take. */
interface BunFetchOptions {
  method: string;
  headers: Record<string, string>;
  body?: RequestBody;
  signal?: AbortSignal;
  unix?: string;
  timeout: false;
  decompress: false;
  redirect: 'manual';
}
type BunFetch = (url: string, options: BunFetchOptions) => Promise<Response>;

/** The quickest way to one answer in Bun: loading `node:http` there costs more than the whole exchange. */
export function fetchTransport(endpoint: Endpoint): Transport {
  const origin =
    endpoint.kind === 'unix' ? 'http://api.moby.localhost' : `http://${endpoint.hostname}:${endpoint.port}`;
  return {
    async send(request) {
      try {
        const response = await (fetch as unknown as BunFetch)(origin + request.target, optionsOf(request, endpoint));
        return wrap(response);
      } catch (error) {
        throw transportErrorOf(error);
      }
    },
  };
}

function optionsOf(request: TransportRequest, endpoint: Endpoint): BunFetchOptions {
  return {
    method: request.method,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: request.body }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(endpoint.kind === 'unix' ? { unix: endpoint.path } : {}),
    timeout: false,
    decompress: false,
    redirect: 'manual',
  };
}

function wrap(response: Response): TransportResponse {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    async text() {
      try {
        return await response.text();
      } catch (error) {
        throw brokenOff(error);
      }
    },
    async *chunks() {
      if (response.body === null) return;
      const reader = response.body.getReader();
      let ended = false;
      try {
        for (;;) {
          const { done, value } = await reader.read().catch((error: unknown) => {
            ended = true;
            throw brokenOff(error);
          });
          ended = done;
          if (done) return;
          yield value;
        }
      } finally {
        if (!ended) await reader.cancel();
      }
    },
  };
}

/** The connection ended before the answer did; the text is Go's. */
function brokenOff(error: unknown): unknown {
  if (error instanceof Error && error.name === 'AbortError') return error;
  return new TransportError('ECONNRESET', 'unexpected EOF', { cause: error });
}

/** Bun's codes for a missing socket and a refused connection are its own; they become the system's. */
const CODES: Readonly<Record<string, string>> = {
  FailedToOpenSocket: 'ENOENT',
  ConnectionRefused: 'ECONNREFUSED',
  ConnectionClosed: 'ECONNRESET',
};

function transportErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return new TransportError(CODES[code] ?? code, error.message, { cause: error });
}
