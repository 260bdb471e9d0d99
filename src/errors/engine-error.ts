/** What went wrong, in terms of the engine; `server/status.ts` alone knows which HTTP status each kind becomes. */
export type ErrorKind =
  | 'invalid_argument'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'already_exists'
  | 'not_modified'
  | 'not_implemented'
  | 'unavailable'
  | 'internal';

/**
 * The one error class that the engine throws on purpose. The message is shown to users, and many of Docker's clients
 * match on it: where Docker has a text, it is that text. Any other error that reaches the server is a bug: it becomes
 * a 500 and its stack is logged.
 */
export class EngineError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EngineError';
    this.kind = kind;
  }
}

export function isEngineError(error: unknown, kind?: ErrorKind): error is EngineError {
  return error instanceof EngineError && (kind === undefined || error.kind === kind);
}

/** The text of anything that was thrown, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function invalidArgument(message: string, cause?: unknown): EngineError {
  return new EngineError('invalid_argument', message, { cause });
}

export function internalError(message: string, cause?: unknown): EngineError {
  return new EngineError('internal', message, { cause });
}
