import { normalize } from 'node:path/posix';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isEngineError, messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { httpStatus } from './status.ts';

/** Told of every error that is answered by a 500, with its stack. */
export type ErrorLog = (message: string, error: unknown) => void;

export interface ErrorResponse {
  readonly status: number;
  readonly message: string;
}

/**
 * What a client is told of an error: an `EngineError` by its kind; what fastify itself refused (a broken URL, a body
 * that ends early) by the status it gave; anything else is a bug, answered by its message and 500.
 */
export function describeError(error: unknown, contentType = ''): ErrorResponse {
  if (isEngineError(error)) return { status: httpStatus(error.kind), message: error.message };
  if (error instanceof AggregateError) return { status: 500, message: error.errors.map(messageOf).join('; ') };
  if (!(error instanceof Error)) return { status: 500, message: String(error) };
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return {
      status: 400,
      message: `malformed Content-Type header (${contentType}): mime: invalid media parameter`,
    };
  }
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return { status: refused ? statusCode : 500, message: error.message };
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: ErrorLog): void {
  const { status, message } = describeError(error, request.headers['content-type']);
  if (status === 500 && !isHangUp(error, request))
    log(`${request.method} ${request.originalUrl} returned error: ${message}`, error);
  reply.code(status);
  if (status === 304) reply.send();
  else reply.send({ message });
}

/** The client went away in the middle of its body: nobody is left to be answered, and nothing is wrong here. */
function isHangUp(error: unknown, request: FastifyRequest): boolean {
  return request.raw.readableAborted && hasErrorCode(error, 'ECONNRESET');
}

/**
 * Docker answers so for unknown paths and for known ones with another method, before it looks at the version. Paths with
 * empty or dotted parts are sent on to their clean form.
 */
export function sendPageNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const [path = '', ...query] = request.originalUrl.split('?');
  const clean = normalize(path);
  if (clean !== path && path.startsWith('/')) {
    reply
      .code(301)
      .header('location', [clean, ...query].join('?'))
      .send();
    return;
  }
  reply.code(404).header('content-type', 'application/json').serializer(String).send('{"message":"page not found"}\n');
}
