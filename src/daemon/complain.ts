import { writeSync } from 'node:fs';
import { hasErrorCode } from '../lib/system-error.ts';

/** Writes to the standard error. A log that nobody takes (a closed pipe, a full disk) is no reason for a server to end. */
export function complain(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch (error) {
    if (!hasErrorCode(error, 'EPIPE', 'EAGAIN', 'ENOSPC', 'EIO')) throw error;
  }
}
