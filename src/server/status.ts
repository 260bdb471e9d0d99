import type { ErrorKind } from '../errors/engine-error.ts';

/** The only place that knows HTTP statuses for errors. */
const statusOfKind = {
  invalid_argument: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  already_exists: 409,
  not_modified: 304,
  not_implemented: 501,
  unavailable: 503,
  internal: 500,
} satisfies Record<ErrorKind, number>;

export function httpStatus(kind: ErrorKind): number {
  return statusOfKind[kind];
}
