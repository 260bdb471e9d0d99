import type { ChildProcess } from 'node:child_process';
import { EngineError } from '../errors/engine-error.ts';

/**
 * A child that was just spawned. When there were no descriptors left for its pipes, `spawn` gives back one that has none,
 * and an error event follows which would end this process if nobody heard it.
 * @throws unavailable in that case.
 */
export function requirePipes<C extends ChildProcess>(child: C, program: string): C {
  if ((child.stdio as C['stdio'] | undefined) !== undefined) return child;
  child.on('error', () => undefined);
  throw new EngineError('unavailable', `${program} cannot be started: too many open files`);
}
