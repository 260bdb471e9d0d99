import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { internalError } from '../errors/engine-error.ts';
import type { Syscalls } from '../sys/syscalls.ts';

const POLL_MS = 10;
const DEADLINE_MS = 10_000;

/**
 * Runs `work` while no other daemon of this host is in here with the same file. The kernel lets go of the lock when the
 * process dies, so that nothing can be left locked.
 * @throws internal when another one keeps it for ten seconds.
 */
export async function withHostLock<T>(
  syscalls: Pick<Syscalls, 'tryLock'>,
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  const fd = openSync(path, 'a', 0o600);
  try {
    const deadline = Date.now() + DEADLINE_MS;
    while (!syscalls.tryLock(fd)) {
      if (Date.now() > deadline) throw internalError(`another daemon holds ${path} for more than ${DEADLINE_MS} ms`);
      await delay(POLL_MS);
    }
    return await work();
  } finally {
    closeSync(fd);
  }
}
