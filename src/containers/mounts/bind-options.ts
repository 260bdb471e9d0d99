import { internalError } from '../../errors/engine-error.ts';
import { hasRecursiveReadonly } from '../../runtime/recursive-readonly.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * A bind's options for the OCI runtime, with the flags of what it comes from. Read-only goes through all that is mounted below, where the kernel can (5.12).
 * @throws internal where it must and cannot.
 */
export function bindOptions(
  { writable, recursive, readonlyDepth, propagation }: MountPoint,
  sourceFlags: readonly string[],
): string[] {
  return [
    recursive ? 'rbind' : 'bind',
    ...(writable ? [] : [readonlyWord(readonlyDepth)]),
    ...sourceFlags.filter((flag) => writable || flag !== 'ro'),
    propagation === '' ? 'rprivate' : propagation,
  ];
}

function readonlyWord(depth: MountPoint['readonlyDepth']): 'ro' | 'rro' {
  if (depth === 'top') return 'ro';
  if (hasRecursiveReadonly()) return 'rro';
  if (depth === 'must') throw internalError('rro is not supported: kernel version >= 5.12 is required');
  return 'ro';
}

/** The root's own propagation must let through what one of the mounts asks for; undefined for the runtime's default. */
export function rootfsPropagation(points: readonly MountPoint[]): 'shared' | 'rslave' | undefined {
  if (points.some(({ propagation }) => propagation.includes('shared'))) return 'shared';
  return points.some(({ propagation }) => propagation.includes('slave')) ? 'rslave' : undefined;
}
