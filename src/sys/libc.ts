import koffi from 'koffi';
import { SyscallError } from './syscall-error.ts';

const libc = koffi.load('libc.so.6');

/** A function that can also be called on a thread of libuv's pool. */
export interface AsyncCall<A extends unknown[]> {
  (...args: A): number;
  async(...args: [...A, (error: unknown, result: number) => void]): void;
}

/** A function of libc. koffi's declarations type every one as returning `any`: its real shape is given here, once. */
export function declare<F>(prototype: string): F {
  return libc.func(prototype) as unknown as F;
}

/** What the call right before this one failed with. */
export function errno(): number {
  return koffi.errno();
}

/** @throws SyscallError for a result below zero. Nothing may be called between the call and this. */
export function check(syscall: string, result: number, subject?: string): number {
  if (result < 0) throw new SyscallError(syscall, errno(), subject);
  return result;
}

/**
 * Runs a call on libuv's pool. errno belongs to that thread: koffi carries it over to the callback, where it must be
 * read before anything else is called.
 * @throws SyscallError for a result below zero.
 */
export function onPool<A extends unknown[]>(
  syscall: string,
  call: Pick<AsyncCall<A>, 'async'>,
  subject: string | undefined,
  ...args: A
): Promise<number> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error, result) => {
      if (error !== null && error !== undefined) reject(error as Error);
      else if (result < 0) reject(new SyscallError(syscall, errno(), subject));
      else resolve(result);
    });
  });
}
