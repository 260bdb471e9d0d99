import { EngineError } from './engine-error.ts';

export function networkNotFound(ref: string): EngineError {
  return new EngineError('not_found', `network ${ref} not found`);
}
