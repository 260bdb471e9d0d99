import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { internalError, messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { mountOf, readMounts } from '../sys/mounts/mount-info.ts';

/** A path of the host that is mounted in a container. */
export interface BindSource {
  /** Absolute. */
  readonly source: string;
  /** Whether a folder that is missing is made. */
  readonly createsSource: boolean;
}

/** Makes a bind's folder on the host where it is missing and may be made. @throws internal with Docker's texts. */
export async function makeBindSource({ source, createsSource }: BindSource): Promise<void> {
  try {
    await stat(source);
    return;
  } catch (error) {
    if (!hasErrorCode(error, ...MISSING)) throw internalError(`stat ${source}: ${reasonOf(error)}`, error);
  }
  if (!createsSource) {
    throw internalError(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
  }
  try {
    await mkdir(source, { recursive: true, mode: 0o755 });
  } catch (error) {
    const reason = `mkdir ${source}: ${(await isLink(source)) ? 'file exists' : reasonOf(error)}`;
    throw internalError(`error while creating mount source path '${source}': ${reason}`, error);
  }
}

/** Also of a symbolic link that leads nowhere, or to itself. */
const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP'] as const;

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (hasErrorCode(error, ...MISSING)) return false;
    throw error;
  }
}

/** Node's message is `CODE: what it means, call 'path'`. */
function reasonOf(error: unknown): string {
  return /^\w+: ([^,]+)/.exec(messageOf(error))?.[1] ?? messageOf(error);
}

export interface BindTraits {
  readonly isFolder: boolean;
  /** As mount(8) has them. */
  readonly flags: readonly string[];
}

/** The flags of a mount that what is mounted from it has as well. */
const INHERITED: ReadonlySet<string> = new Set(['ro', 'nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime']);

/**
 * What a mount's source asks of it: the flags of the mount that it lies in, since crun clears those that it is not told
 * of, and a read-only mount of the host would get writable.
 * @throws internal with Docker's texts for a propagation in which the host's own mount takes no part.
 */
export async function bindTraits(source: string, propagation: string): Promise<BindTraits> {
  const [mounts, path, stats] = await Promise.all([readMounts(), realpath(source), stat(source)]);
  const mount = mountOf(mounts, path);
  const where = `path ${source} is mounted on ${mount?.target ?? '/'} but it is not a shared`;
  if (propagation.includes('shared') && mount?.isShared !== true) throw internalError(`${where} mount`);
  if (propagation.includes('slave') && mount?.isShared !== true && mount?.isSlave !== true) {
    throw internalError(`${where} or slave mount`);
  }
  const flags = (mount?.flags ?? []).filter((flag) => INHERITED.has(flag));
  return { isFolder: stats.isDirectory(), flags };
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
