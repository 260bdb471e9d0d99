import type { ServerResponse } from 'node:http';
import { type ErrorKind, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { RegistryError, type RegistryErrorCode, type RegistryProblem } from '../registry-error.ts';

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
  readonly problems: readonly RegistryProblem[];
}

/** Anything but a refusal is answered by the code `UNKNOWN`. */
export function describeError(error: unknown): ErrorAnswer {
  if (error instanceof RegistryError) {
    const [{ code }] = error.problems;
    return { status: statusOfCode[code] ?? statusOfKind[error.kind], problems: error.problems };
  }
  const status = isEngineError(error) ? statusOfKind[error.kind] : 500;
  return { status, problems: [{ code: 'UNKNOWN', message: messageOf(error) }] };
}

/** Answers in the specification's form. What the client still sends is not waited for. */
export function sendProblems(response: ServerResponse, { status, problems }: ErrorAnswer): void {
  const body = Buffer.from(`${JSON.stringify({ errors: problems })}\n`);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    ...(response.req.complete ? {} : { Connection: 'close' }),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
