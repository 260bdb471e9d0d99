import { connect, type Socket } from 'node:net';
import { hasErrorCode } from '../lib/system-error.ts';
import type { Endpoint, TransportRequest, TransportResponse } from './transport.ts';
import { TransportError } from './transport.ts';

/** A connection that has stopped being HTTP. */
export interface HijackedStream {
  /** `application/vnd.docker.raw-stream` or `…multiplexed-stream`; undefined when the daemon did not say. */
  readonly contentType: string | undefined;
  /** What the daemon sends, until it closes. Leaving the loop early closes the connection. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Resolves when more may be written: with false when nobody is there to read it any more. */
  write(data: Uint8Array): Promise<boolean>;
  /** Half-closes: the container sees the end of its input, its output goes on. */
  closeWrite(): void;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LONGEST_HEAD = 64 * 1024;

/**
 * Sends the request with `Upgrade: tcp` and answers the connection once the daemon agreed (101, or 200 from daemons
 * that do not upgrade). Any other status is answered as a response, with its whole body.
 */
export async function hijack(
  endpoint: Endpoint,
  request: TransportRequest & { body?: string },
): Promise<HijackedStream | TransportResponse> {
  const socket = await connected(endpoint);
  socket.write(requestText(endpoint, request));
  const { head, rest } = await readHead(socket);
  const lines = head.split('\r\n');
  const status = Number(lines[0]?.split(' ')[1] ?? 0);
  const headers = new Map(lines.slice(1).map(splitHeader));
  if (status === 101 || status === 200) return streamOf(socket, rest, headers.get('content-type'));
  return refusal(socket, rest, status, headers);
}

function connected(endpoint: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      endpoint.kind === 'unix'
        ? connect({ path: endpoint.path, allowHalfOpen: true })
        : connect({ host: endpoint.hostname, port: endpoint.port, allowHalfOpen: true });
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(new TransportError(error.code ?? '', error.message, { cause: error }));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

function requestText(endpoint: Endpoint, request: TransportRequest & { body?: string }): string {
  const body = request.body ?? '';
  const headers = {
    host: endpoint.kind === 'unix' ? 'api.moby.localhost' : `${endpoint.hostname}:${endpoint.port}`,
    ...request.headers,
    connection: 'Upgrade',
    upgrade: 'tcp',
    'content-length': String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${request.method} ${request.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

function readHead(socket: Socket): Promise<{ head: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let seen: Buffer = Buffer.alloc(0);
    const fail = (code: string, message: string): void => {
      stop();
      socket.destroy();
      reject(new TransportError(code, message));
    };
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf(HEAD_END);
      if (end < 0) {
        if (seen.length > LONGEST_HEAD) fail('EPROTO', 'the daemon sent no end of its headers');
        return;
      }
      stop();
      socket.pause();
      resolve({ head: seen.toString('latin1', 0, end), rest: seen.subarray(end + HEAD_END.length) });
    };
    const onEnd = (): void => fail('ECONNRESET', 'EOF');
    const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? '', error.message);
    const stop = (): void => {
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.off('error', onError);
    };
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('error', onError);
  });
}

function streamOf(socket: Socket, rest: Buffer, contentType: string | undefined): HijackedStream {
  // A daemon that goes away while nobody reads or writes must not become an unhandled error: the loop sees it.
  socket.on('error', () => socket.destroy());
  return {
    contentType,
    async *chunks() {
      try {
        if (rest.length > 0) yield rest;
        for await (const chunk of socket) yield chunk as Buffer;
      } catch (error) {
        if (!isReset(error)) throw error;
      } finally {
        socket.destroy();
      }
    },
    write(data) {
      if (socket.destroyed || !socket.writable) return Promise.resolve(false);
      // Also when the socket takes more at once: input that never runs dry must not keep its events from being seen.
      const isFull = !socket.write(data);
      return new Promise((resolve) => {
        const settle = (): void => {
          socket.off('drain', settle);
          socket.off('close', settle);
          resolve(!socket.destroyed && socket.writable);
        };
        if (!isFull) return void setImmediate(settle);
        socket.on('drain', settle);
        socket.on('close', settle);
      });
    },
    closeWrite: () => void socket.end(),
    close: () => void socket.destroy(),
  };
}

/**
 * The daemon closed the connection with input of ours unread, because the container has no use for it: an ordinary end.
 * Everything that it had sent has been read by then.
 */
function isReset(error: unknown): boolean {
  return hasErrorCode(error, 'ECONNRESET', 'EPIPE');
}

async function refusal(
  socket: Socket,
  rest: Buffer,
  status: number,
  headers: ReadonlyMap<string, string>,
): Promise<TransportResponse> {
  const parts: Buffer[] = [rest];
  const length = Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY);
  let size = rest.length;
  const chunked = headers.get('transfer-encoding')?.toLowerCase() === 'chunked';
  if (size < length && !(chunked && endsChunks(rest))) {
    for await (const chunk of socket) {
      parts.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= length || (chunked && endsChunks(chunk as Buffer))) break;
    }
  }
  socket.destroy();
  const body = Buffer.concat(parts);
  const text = (chunked ? unchunk(body) : body).toString('utf8');
  return {
    status,
    header: (name) => headers.get(name.toLowerCase()),
    text: () => Promise.resolve(text),
    async *chunks() {
      yield Buffer.from(text);
    },
  };
}

function endsChunks(bytes: Buffer): boolean {
  return bytes.subarray(-5).equals(Buffer.from('0\r\n\r\n'));
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
