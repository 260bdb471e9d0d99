import { closeSync, openSync, rmSync } from 'node:fs';

/** Whoever holds a lock for so long has died with it: the work takes milliseconds. */
const LONGEST_MS = 2000;
const PAUSE_MS = 5;

/** Does the work while no other program of ours does any under the same lock: what one wrote would be lost to the other. */
export function withLock<T>(lock: string, work: () => T): T {
  const until = performance.now() + LONGEST_MS;
  while (!take(lock) && performance.now() < until) pause(PAUSE_MS);
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
