import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** The body of a request that is still in its connection: nobody has read more than its first bytes. */
export interface DirectBody {
  readonly socket: Socket;
  /** Where it ends: told by its chunks, or by its length in bytes. */
  readonly framing: 'chunked' | number;
}

/**
 * What a request's body would be once its connection is taken from the HTTP parser; undefined for those that have to be
 * parsed: without a body or in an unusual coding, over TLS, or from a client that waits to be asked for the body.
 */
export function directBodyOf({ headers, socket }: IncomingMessage): DirectBody | undefined {
  if (!(socket instanceof Socket) || socket instanceof TLSSocket || headers.expect !== undefined) return undefined;
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (coding !== undefined) {
    return coding.toLowerCase() === 'chunked' && length === undefined ? { socket, framing: 'chunked' } : undefined;
  }
  const sizeBytes = Number(length);
  if (length === undefined || !/^\d+$/.test(length) || !Number.isSafeInteger(sizeBytes)) return undefined;
  return { socket, framing: sizeBytes };
}
