import { EngineError } from './engine-error.ts';

export function networkNotFound(ref: string): EngineError {
  return new EngineError('not_found', `network ${ref} not found`);
}

export function ambiguousNetwork(prefix: string, matches: number): EngineError {
  return new EngineError(
    'invalid_argument',
    `network ${prefix} is ambiguous (${matches} matches found based on ID prefix)`,
  );
}
