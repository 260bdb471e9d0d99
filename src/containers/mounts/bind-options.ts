import { realpath } from 'node:fs/promises';
import { internalError } from '../../errors/engine-error.ts';
import { hasRecursiveReadonly } from '../../sys/kernel-version.ts';
import { mountOf, readMounts } from '../../sys/mount-info.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * A bind's options for the OCI runtime. Read-only goes through all that is mounted below, where the kernel can (5.12).
 * @throws internal where it must and cannot.
 */
export function bindOptions({ writable, recursive, readonlyDepth, propagation }: MountPoint): string[] {
  return [
    recursive ? 'rbind' : 'bind',
    ...(writable ? [] : [readonlyWord(readonlyDepth)]),
    propagation === '' ? 'rprivate' : propagation,
  ];
}

function readonlyWord(depth: MountPoint['readonlyDepth']): 'ro' | 'rro' {
  if (depth === 'top') return 'ro';
  if (hasRecursiveReadonly()) return 'rro';
  if (depth === 'must') throw internalError('rro is not supported: kernel version >= 5.12 is required');
  return 'ro';
}

/**
 * What is mounted on the host can only get into a container, or out of it, where the host's own mount takes part.
 * @throws internal with Docker's texts.
 */
export async function checkPropagation({ source, propagation }: MountPoint): Promise<void> {
  if (!/shared|slave/.test(propagation)) return;
  const path = await realpath(source);
  const mount = mountOf(await readMounts(), path);
  const where = `path ${source} is mounted on ${mount?.target ?? '/'} but it is not a shared`;
  if (propagation.includes('shared') && mount?.isShared !== true) throw internalError(`${where} mount`);
  if (mount?.isShared !== true && mount?.isSlave !== true) throw internalError(`${where} or slave mount`);
}

/** The root's own propagation must let through what one of the mounts asks for; undefined for the runtime's default. */
export function rootfsPropagation(points: readonly MountPoint[]): 'shared' | 'rslave' | undefined {
  if (points.some(({ propagation }) => propagation.includes('shared'))) return 'shared';
  return points.some(({ propagation }) => propagation.includes('slave')) ? 'rslave' : undefined;
}
