import { constants } from 'node:fs';
import koffi from 'koffi';
import { SyscallError } from '../syscall-error.ts';

const SYS_OPENAT2 = 437;
/** Not among Node's constants; the same on x86-64 and arm64. */
export const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const RESOLVE_NO_XDEV = 1n;
const RESOLVE_NO_MAGICLINKS = 2n;
const RESOLVE_IN_ROOT = 16n;
/** `struct open_how`: flags, mode, resolve. */
const HOW_BYTES = 24;

interface OpenAt2 {
  async(
    number: number,
    directory: number,
    path: string,
    how: Buffer,
    size: number,
    done: (error: unknown, result: number) => void,
  ): void;
}

const openat2 = koffi
  .load('libc.so.6')
  .func('long syscall(long number, int directory, const char *path, void *how, size_t size)') as unknown as OpenAt2;

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
  return new Promise((resolve, reject) => {
    openat2.async(SYS_OPENAT2, root, path, how, HOW_BYTES, (error, result) => {
      if (error !== null && error !== undefined) reject(error);
      else if (result < 0) reject(new SyscallError('openat2', koffi.errno(), path));
      else resolve(result);
    });
  });
}
