import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** A request whose connection the daemon has taken over. */
export interface Session {
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly connection: Duplex;
  /** All that comes until the daemon closes. */
  readonly rest: () => Promise<Buffer>;
}

/** Sends a request with `Upgrade: tcp`, as every client of Docker does, and resolves with the connection behind it. */
export function openSession(socketPath: string, path: string, body?: object): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<Session>();
  const outgoing = request({
    socketPath,
    path,
    method: 'POST',
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'tcp',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    agent: false,
  });
  outgoing.on('upgrade', (response: IncomingMessage, connection: Duplex, head: Buffer) => {
    if (head.length > 0) connection.unshift(head);
    resolve({
      status: response.statusCode,
      contentType: response.headers['content-type'],
      connection,
      rest: () => buffer(connection),
    });
  });
  outgoing.on('response', (response) => reject(new Error(`answered by ${response.statusCode}`)));
  outgoing.on('error', reject);
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
