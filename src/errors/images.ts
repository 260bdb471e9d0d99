import { EngineError, invalidArgument } from './engine-error.ts';

export function imageNotFound(ref: string): EngineError {
  return new EngineError('not_found', `No such image: ${ref}`);
}

/** For a name with a tag that no image has, where Docker looks up names only. */
export function nameNotFound(): EngineError {
  return new EngineError('not_found', 'reference does not exist');
}

export function brokenImageConfig(reason: string, cause?: unknown): EngineError {
  return invalidArgument(`invalid image JSON, ${reason}`, cause);
}

/** What an archive of images lacks or gets wrong; nothing of it is kept. */
export function brokenImageArchive(reason: string, cause?: unknown): EngineError {
  return invalidArgument(`invalid image archive: ${reason}`, cause);
}

/** `mustForce` tells conflicts that `force` overrides from those that it does not. */
export function imageInUse(shortId: string, mustForce: boolean, reason: string): EngineError {
  const how = mustForce ? 'must be forced' : 'cannot be forced';
  return new EngineError('conflict', `conflict: unable to delete ${shortId} (${how}) - ${reason}`);
}

export function nameInUse(ref: string, shortContainerId: string, shortImageId: string): EngineError {
  return new EngineError(
    'conflict',
    `conflict: unable to remove repository reference ${JSON.stringify(ref)} (must force) - container ${shortContainerId} is using its referenced image ${shortImageId}`,
  );
}

export function pruneRunning(): EngineError {
  return new EngineError('conflict', 'a prune operation is already running');
}

export function platformMismatch(ref: string, actual: string, wanted: string): EngineError {
  return new EngineError(
    'not_found',
    `image with reference ${ref} was found but its platform (${actual}) does not match the specified platform (${wanted})`,
  );
}
