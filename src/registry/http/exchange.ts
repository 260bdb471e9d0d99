import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

export type Headers = Readonly<Record<string, string | number>>;

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

/** Sends as fast as the client takes it. Ends the reading when the client goes, and the connection when reading fails. */
export async function sendStream(
  { response }: Exchange,
  status: number,
  headers: Headers,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  response.writeHead(status, headers);
  await pipeline(body, response);
}
