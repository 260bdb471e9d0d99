import { mkdir, realpath, stat } from 'node:fs/promises';
import { internalError, messageOf } from '../errors/engine-error.ts';
import { mountOf, readMounts } from '../sys/mount-info.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';

/** A path of the host that is mounted in a container. */
export interface BindSource {
  /** Absolute. */
  readonly source: string;
  /** Whether a folder that is missing is made. */
  readonly createsSource: boolean;
  /** As mount(8) has it. */
  readonly propagation: string;
}

/** Makes a bind's folder on the host where it is missing and may be made. @throws internal with Docker's texts. */
export async function makeBindSource({ source, createsSource }: BindSource): Promise<void> {
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

/**
 * What is mounted on the host can only get into a container, or out of it, where the host's own mount takes part.
 * @throws internal with Docker's texts.
 */
export async function checkPropagation({ source, propagation }: BindSource): Promise<void> {
  if (!/shared|slave/.test(propagation)) return;
  const path = await realpath(source);
  const mount = mountOf(await readMounts(), path);
  const where = `path ${source} is mounted on ${mount?.target ?? '/'} but it is not a shared`;
  if (propagation.includes('shared') && mount?.isShared !== true) throw internalError(`${where} mount`);
  if (mount?.isShared !== true && mount?.isSlave !== true) throw internalError(`${where} or slave mount`);
}

export async function pathExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
