import { EngineError } from './engine-error.ts';

export function imageNotFound(ref: string): EngineError {
  return new EngineError('not_found', `No such image: ${ref}`);
}
