import { internalError } from '../../errors/engine-error.ts';
import { hasRecursiveReadonly } from '../../runtime/recursive-readonly.ts';
import type { BindTraits } from '../../volumes/bind-source.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * A bind's options for the OCI runtime, with the flags of what it comes from. Read-only goes through all that is
 * mounted below, where the kernel can (5.12).
 * @throws internal where it must and cannot.
 */
export function bindOptions(
  { writable, recursive, readonlyDepth, propagation }: MountPoint,
  { isFolder, flags }: BindTraits,
): string[] {
  const wanted = propagation === '' ? 'rprivate' : propagation;
  return [
    recursive ? 'rbind' : 'bind',
    // Where nothing is below, crun 1.8 takes the recursive word amiss.
    ...(writable ? [] : [isFolder && recursive ? readonlyWord(readonlyDepth) : 'ro']),
    ...flags.filter((flag) => writable || flag !== 'ro'),
    // A word for all that is below would have crun mount what is below as well.
    recursive ? wanted : wanted.replace(/^r/, ''),
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
