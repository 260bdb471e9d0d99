import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectPieces } from '../../lib/collect-pieces.ts';

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

export type Headers = Readonly<Record<string, string | number>>;

/**
 * What the client sends, which is asked for now where it waits for that. Ending it early leaves the connection for the
 * answer.
 */
export async function* bodyOf({ request, response }: Exchange): AsyncGenerator<Buffer> {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    yield piece as Buffer;
    collectPieces((piece as Buffer).length);
  }
}

/** Answers with a body of bytes that are there; to HEAD the same without them. */
export function sendBytes({ request, response }: Exchange, status: number, headers: Headers, bytes: Buffer): void {
  response.writeHead(status, { 'Content-Length': bytes.length, ...headers });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export function sendJson(exchange: Exchange, value: unknown, headers: Headers = {}): void {
  sendBytes(exchange, 200, { 'Content-Type': 'application/json', ...headers }, Buffer.from(JSON.stringify(value)));
}

export function sendEmpty({ response }: Exchange, status: number, headers: Headers): void {
  response.writeHead(status, status === 204 || status === 304 ? headers : { 'Content-Length': 0, ...headers });
  response.end();
}

/**
 * Sends as fast as the client takes it; a piece is in the kernel's hands before the next one is asked for, which may be in
 * the same buffer. Stops reading when the client goes.
 */
export async function sendStream(
  { response }: Exchange,
  status: number,
  headers: Headers,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  response.writeHead(status, headers);
  for await (const piece of body) await written(response, piece);
  response.end();
}

function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const gone = () => reject(new Error('the client has gone'));
  response.once('close', gone);
  response.write(piece, (error) => {
    response.off('close', gone);
    if (error) reject(error);
    else resolve();
  });
  if (response.destroyed) gone();
  return promise;
}
