import { EngineError } from './engine-error.ts';

export function containerNotFound(ref: string): EngineError {
  return new EngineError('not_found', `No such container: ${ref}`);
}

export function ambiguousContainer(prefix: string): EngineError {
  return new EngineError('invalid_argument', `multiple IDs found with provided prefix: ${prefix}`);
}
