import { mkdir, stat } from 'node:fs/promises';
import { internalError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../sys/syscall-error.ts';
import type { MountPoint } from './mount-point.ts';

/** Makes a bind's folder on the host where it is missing and may be made. @throws internal with Docker's texts. */
export async function makeSource({ source, createsSource }: MountPoint): Promise<void> {
  try {
    await stat(source);
    return;
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw internalError(`stat ${source}: ${reasonOf(error)}`, error);
  }
  if (!createsSource) {
    throw internalError(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
  }
  try {
    await mkdir(source, { recursive: true, mode: 0o755 });
  } catch (error) {
    const reason = `mkdir ${source}: ${reasonOf(error)}`;
    throw internalError(`error while creating mount source path '${source}': ${reason}`, error);
  }
}

/** Node's message is `CODE: what it means, call 'path'`. */
function reasonOf(error: unknown): string {
  return /^\w+: ([^,]+)/.exec(messageOf(error))?.[1] ?? messageOf(error);
}
