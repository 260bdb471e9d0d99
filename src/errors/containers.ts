import { EngineError } from './engine-error.ts';

export function containerNotFound(ref: string): EngineError {
  return new EngineError('not_found', `No such container: ${ref}`);
}

export function ambiguousContainer(prefix: string): EngineError {
  return new EngineError('invalid_argument', `multiple IDs found with provided prefix: ${prefix}`);
}

/** `name` without its slash. */
export function containerNameTaken(name: string, id: string): EngineError {
  return new EngineError(
    'conflict',
    `Conflict. The container name "/${name}" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`,
  );
}

export function invalidContainerName(name: string): EngineError {
  return new EngineError(
    'invalid_argument',
    `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  );
}

export function containerNotRunning(id: string): EngineError {
  return new EngineError('conflict', `container ${id} is not running`);
}

export function containerIsRestarting(ref: string): EngineError {
  return new EngineError('conflict', `Container ${ref} is restarting, wait until the container is running`);
}

export function containerIsPaused(ref: string): EngineError {
  return new EngineError('conflict', `Container ${ref} is paused, unpause the container before exec`);
}

/** `status` as lists show it. */
export function containerIsRunning(name: string, status: string): EngineError {
  const advice =
    status === 'paused' ? ' and must be unpaused first' : ': stop the container before removing or force remove';
  return new EngineError('conflict', `cannot remove container "/${name}": container is ${status}${advice}`);
}

export function removalInProgress(ref: string): EngineError {
  return new EngineError('conflict', `removal of container ${ref} is already in progress`);
}

export function cannotUpdate(id: string, why: string): EngineError {
  return new EngineError('conflict', `Cannot update container ${id}: ${why}`);
}

/** Docker's answer to what is done already: 304 without a body. */
export function containerNotModified(what: string): EngineError {
  return new EngineError('not_modified', what);
}

export function execNotFound(id: string): EngineError {
  return new EngineError('not_found', `No such exec instance: ${id}`);
}

export function execAlreadyRan(id: string): EngineError {
  return new EngineError('conflict', `Error: Exec command ${id} has already run`);
}

export function execAlreadyRunning(id: string): EngineError {
  return new EngineError('conflict', `Error: Exec command ${id} is already running`);
}
