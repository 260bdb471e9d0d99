import { EngineError, internalError, invalidArgument } from './engine-error.ts';

export function blobNotFound(digest: string): EngineError {
  return new EngineError('not_found', `blob ${digest} is not in the content store`);
}

/** What arrived is not what was announced. */
export function blobMismatch(what: 'digest' | 'size', expected: string | number, actual: string | number): EngineError {
  return invalidArgument(`unexpected ${what} of a blob: expected ${expected}, got ${actual}`);
}

/** What was kept is not any more what its name says: the disk or somebody else changed it. */
export function blobCorrupt(digest: string, actual: string): EngineError {
  return internalError(`blob ${digest} is damaged in the content store: its bytes hash to ${actual}`);
}
