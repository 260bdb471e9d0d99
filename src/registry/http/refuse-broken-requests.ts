import { type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemsBody } from './error-response.ts';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers bytes that are no HTTP request, or one that does not come to its end, in the form of other refusals, and ends
 * their connection. On a connection with an answer under way nothing can be said any more.
 */
export function refuseBrokenRequests(server: Server): void {
  const answering = new WeakSet<Duplex>();
  const begin: RequestListener = ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  };
  server.prependListener('request', begin).prependListener('checkContinue', begin);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || answering.has(socket) || error.code === 'ECONNRESET') return void socket.destroy();
    const status = STATUS_OF_CODE[error.code ?? ''] ?? 400;
    const reason = STATUS_CODES[status] ?? '';
    const body = problemsBody([{ code: 'UNSUPPORTED', message: `the request is broken: ${reason}` }]);
    const head = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close'];
    socket.end(`HTTP/1.1 ${status} ${reason}\r\n${head.join('\r\n')}\r\n\r\n${body.toString()}`);
  });
}
