import { type IncomingHttpHeaders, request } from 'node:http';
import { Readable } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. */
  json<T = Record<string, unknown>>(): T;
  text(): string;
}

export interface CallOptions {
  /** Objects and arrays are sent as JSON; strings, buffers and streams as they are. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Hangs up. */
  readonly signal?: AbortSignal;
}

/** One request over a unix socket, with the whole answer; what the engine's clients do, with nothing in between. */
export function call(socketPath: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { body, headers } = encode(options);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const outgoing = request({ socketPath, method, path, headers, agent: false, ...signal }, (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', reject);
    incoming.on('end', () => {
      const whole = Buffer.concat(chunks);
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        body: whole,
        json: <T>() => JSON.parse(whole.toString()) as T,
        text: () => whole.toString(),
      });
    });
  });
  outgoing.on('error', reject);
  if (body instanceof Readable) body.pipe(outgoing);
  else outgoing.end(body);
  return promise;
}

function encode({ body, headers = {} }: CallOptions): {
  body: string | Buffer | Readable | undefined;
  headers: Record<string, string>;
} {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body) || body instanceof Readable) {
    return { body, headers };
  }
  const text = JSON.stringify(body);
  return {
    body: text,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers },
  };
}
