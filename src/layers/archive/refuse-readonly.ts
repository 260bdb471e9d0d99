import { internalError } from '../../errors/engine-error.ts';
import type { ContainerTree, WriteOptions } from './archive-message.ts';
import { resolveLinks } from './resolve-links.ts';

/**
 * Whether a folder may be written to is decided by the innermost mount that it lies in, as Docker does, before anything
 * of an archive is unpacked. Paths are those of the calling process's root. @throws internal with Docker's texts.
 */
export function refuseReadonly(
  directory: string,
  { mounts, readonlyRoot }: Pick<ContainerTree, 'mounts'> & Pick<WriteOptions, 'readonlyRoot'>,
): void {
  const holding = mounts
    .map(({ target, writable }) => ({ target: resolveLinks('', target), writable }))
    .filter(({ target }) => directory === target || directory.startsWith(`${target}/`))
    .reduce<{ target: string; writable: boolean } | undefined>(
      (inner, mount) => (inner !== undefined && inner.target.length > mount.target.length ? inner : mount),
      undefined,
    );
  if (holding === undefined && readonlyRoot === true) throw internalError('container rootfs is marked read-only');
  if (holding?.writable === false) throw internalError('mounted volume is marked read-only');
}
