import { closeSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { Syscalls } from '../syscalls.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * Sends a signal to exactly this process, never to another that has its number since.
 * @returns false when it has ended.
 */
export function signalProcess(syscalls: Syscalls, process: ProcessIdentity, signal: number): boolean {
  let fd: number;
  try {
    fd = syscalls.openPidfd(process.pid);
  } catch (error) {
    if (hasErrorCode(error, 'ESRCH')) return false;
    throw error;
  }
  try {
    if (!isAlive(process)) return false;
    syscalls.signalPidfd(fd, signal);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ESRCH')) return false;
    throw error;
  } finally {
    closeSync(fd);
  }
}
