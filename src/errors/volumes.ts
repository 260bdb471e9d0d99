import { EngineError, internalError, invalidArgument } from './engine-error.ts';

export function volumeNotFound(name: string): EngineError {
  return new EngineError('not_found', `get ${name}: no such volume`);
}

export function volumeInUse(name: string, users: readonly string[]): EngineError {
  return new EngineError('conflict', `remove ${name}: volume is in use - [${users.join(', ')}]`);
}

/** What keeps a volume from being made, in Docker's words. */
export function cannotCreateVolume(name: string, reason: string): EngineError {
  return invalidArgument(`create ${name}: ${reason}`);
}

export function volumeDriverNotFound(name: string, driver: string): EngineError {
  return new EngineError(
    'not_found',
    `create ${name}: error looking up volume plugin ${driver}: plugin ${JSON.stringify(driver)} not found`,
  );
}

/** Somebody has deleted the folder behind the engine's back. */
export function volumeFolderMissing(name: string, path: string): EngineError {
  return internalError(
    `the folder of volume ${name} is missing: put ${path} back, or remove the volume and make it anew`,
  );
}

export function volumeMountFailed(path: string, what: string, cause?: unknown): EngineError {
  return internalError(`error while mounting volume '${path}': ${what}`, cause);
}

export function volumeNotEmpty(name: string): EngineError {
  return new EngineError('conflict', `volume ${name} is not empty: nothing is imported over what is there`);
}
