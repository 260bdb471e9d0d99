import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Endpoint, Transport, TransportRequest, TransportResponse } from './transport.ts';
import { TransportError } from './transport.ts';

/** For Node, whose fetch knows no unix sockets. */
export function nodeTransport(endpoint: Endpoint): Transport {
  return {
    async send(request) {
      try {
        return wrap(await exchange(endpoint, request));
      } catch (error) {
        if (!(error instanceof Error) || error.name === 'AbortError') throw error;
        const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
        throw new TransportError(code, error.message, { cause: error });
      }
    },
  };
}

async function exchange(endpoint: Endpoint, request: TransportRequest): Promise<IncomingMessage> {
  const outgoing = httpRequest({
    method: request.method,
    path: request.target,
    agent: false,
    headers: { ...headersOf(request), ...(endpoint.kind === 'unix' ? { host: 'api.moby.localhost' } : {}) },
    ...(endpoint.kind === 'unix'
      ? { socketPath: endpoint.path }
      : { hostname: endpoint.hostname, port: endpoint.port }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  if (typeof request.body === 'string' || request.body instanceof Uint8Array) outgoing.end(request.body);
  else if (request.body === undefined) outgoing.end();
  else {
    // A daemon that refuses the upload answers before it has read everything: its answer counts, not the broken pipe.
    pipeline(request.body, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  }
  const [response] = await answered;
  return response;
}

function headersOf(request: TransportRequest): Record<string, string | number> {
  const { body } = request;
  if (body === undefined)
    return request.method === 'GET' || request.method === 'HEAD'
      ? { ...request.headers }
      : { ...request.headers, 'content-length': 0 };
  if (typeof body === 'string') return { ...request.headers, 'content-length': Buffer.byteLength(body) };
  if (body instanceof Uint8Array) return { ...request.headers, 'content-length': body.byteLength };
  return { ...request.headers };
}

function wrap(response: IncomingMessage): TransportResponse {
  return {
    status: response.statusCode ?? 0,
    header: (name) => {
      const value = response.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    async text() {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
    chunks: () => response as AsyncIterable<Uint8Array>,
  };
}
