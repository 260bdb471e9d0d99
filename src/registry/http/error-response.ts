import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorKind, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { RegistryError, type RegistryErrorCode, type RegistryProblem } from '../registry-error.ts';
import type { Headers } from './exchange.ts';

/** The only place that knows the registry's HTTP statuses for errors. */
const statusOfKind = {
  invalid_argument: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  already_exists: 409,
  not_modified: 304,
  not_implemented: 405,
  unavailable: 503,
  internal: 500,
} satisfies Record<ErrorKind, number>;

/** Where the code says more than its kind: the specification's status for content that is too large. */
const statusOfCode: Partial<Record<RegistryErrorCode, number>> = { SIZE_INVALID: 413 };

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly problems: readonly RegistryProblem[];
}

/** How long a client that is refused may go on sending. */
const LINGER_MS = 2000;

/** Anything but a refusal is answered by the code `UNKNOWN`, without the paths that it has to do with. */
export function describeError(error: unknown): ErrorAnswer {
  if (error instanceof RegistryError) {
    const [{ code }] = error.problems;
    const { status = statusOfCode[code] ?? statusOfKind[error.kind], headers = {} } = error.answer;
    return { status, headers, problems: error.problems };
  }
  const status = isEngineError(error) ? statusOfKind[error.kind] : 500;
  const message = messageOf(error).replace(/,? '\/.*/, '');
  return { status, headers: {}, problems: [{ code: 'UNKNOWN', message }] };
}

/** The body of every refusal. */
export function problemsBody(problems: readonly RegistryProblem[]): Buffer {
  return Buffer.from(`${JSON.stringify({ errors: problems })}\n`);
}

/**
 * Answers in the specification's form. A client that is still sending is listened to for a while: its connection would be
 * reset otherwise, and the answer lost. Then it ends.
 */
export function sendProblems(response: ServerResponse, { status, headers, problems }: ErrorAnswer): void {
  const { req: request } = response;
  const body = problemsBody(problems);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...headers,
    ...(request.complete ? {} : { Connection: 'close' }),
  });
  if (request.complete) return void response.end(request.method === 'HEAD' ? undefined : body);
  if (request.method === 'HEAD') response.flushHeaders();
  else response.write(body);
  afterRest(request, () => response.end());
}

/** Calls back when the request has been sent to its end, its connection has gone, or it takes too long. */
function afterRest(request: IncomingMessage, done: () => void): void {
  const timer = setTimeout(finish, LINGER_MS).unref();
  function finish(): void {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    done();
  }
  request.once('end', finish).once('close', finish).resume();
}
