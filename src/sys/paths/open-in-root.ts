import { constants } from 'node:fs';
import { type AsyncCall, declare, onPool } from '../libc.ts';

const SYS_OPENAT2 = 437;
/** Not among Node's constants; the same on x86-64 and arm64. */
export const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_NO_XDEV = 1n;
const RESOLVE_NO_MAGICLINKS = 2n;
const RESOLVE_IN_ROOT = 16n;
/** `struct open_how`: flags, mode, resolve. */
const HOW_BYTES = 24;

const openat2 = declare<AsyncCall<[number: number, directory: number, path: string, how: Buffer, size: number]>>(
  'long syscall(long number, int directory, const char *path, void *how, size_t size)',
);

/**
 * Finds a path below an open directory, on the same file system, as a process with that root would: neither `..` nor a
 * symbolic link leads out of it, whoever changes the tree meanwhile. A link at the path's end is not followed.
 * @returns a descriptor that stands for the place (`O_PATH`); the caller closes it. @throws SyscallError, EXDEV for what
 * is mounted there.
 */
export function openInRoot(root: number, path: string): Promise<number> {
  const how = Buffer.alloc(HOW_BYTES);
  how.writeBigUInt64LE(BigInt(O_PATH | constants.O_NOFOLLOW | O_CLOEXEC), 0);
  how.writeBigUInt64LE(RESOLVE_IN_ROOT | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS, 16);
  return onPool('openat2', openat2, path, SYS_OPENAT2, root, path, how, HOW_BYTES);
}
