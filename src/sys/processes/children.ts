import { readFileSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';

/** What the only thread of a process has forked and has not ended; nothing where the kernel does not tell (proc(5)). */
export function childrenOf(pid: number): ProcessIdentity[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
    return children.map((child) => identify(Number(child))).filter((child) => child !== undefined);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ESRCH')) return [];
    throw error;
  }
}
