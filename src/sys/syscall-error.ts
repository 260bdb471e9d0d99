import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

const nameByNumber = new Map<number, string>(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** A system call that failed, in the shape of Node's own system errors (`code`, `errno`, `syscall`, `path`). */
export class SyscallError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;
  /** What the errno means, in libc's words. */
  readonly reason: string;

  constructor(syscall: string, errno: number, path?: string) {
    const code = nameByNumber.get(errno) ?? `errno ${errno}`;
    const text = getSystemErrorMap().get(-errno)?.[1] ?? 'unknown error';
    super(`${syscall}${path === undefined ? '' : ` ${path}`}: ${text} (${code})`);
    this.name = 'SyscallError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
    this.reason = text;
  }
}
