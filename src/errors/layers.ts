import { EngineError, invalidArgument } from './engine-error.ts';

export function layerNotFound(chainId: string): EngineError {
  return new EngineError('not_found', `layer ${chainId} does not exist`);
}

export function writableLayerNotFound(containerId: string): EngineError {
  return new EngineError('not_found', `container ${containerId} has no writable layer`);
}

/** The archive as a whole is broken; `after` is the last entry that could be read. */
export function brokenArchive(reason: string, after?: string): EngineError {
  const where = after === undefined ? 'at its start' : `after entry ${JSON.stringify(after)}`;
  return invalidArgument(`invalid tar archive: ${reason} (${where})`);
}

/** One entry is broken, or asks for what a layer may not hold. */
export function refusedEntry(path: string, reason: string, cause?: unknown): EngineError {
  return invalidArgument(`invalid tar archive: entry ${JSON.stringify(path)}: ${reason}`, cause);
}

/** @param before what Docker says before it, where there is something */
export function tooManyLayers(before = ''): EngineError {
  return new EngineError('internal', `${before}max depth exceeded`);
}

export function wrongDiffId(expected: string, actual: string): EngineError {
  return invalidArgument(`layer does not match its diff ID: expected ${expected}, got ${actual}`);
}
