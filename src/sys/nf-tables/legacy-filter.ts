import { readFileSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';

/** Whether the older kind of iptables has a table that filters packets here. */
export function hasLegacyFilter(): boolean {
  try {
    return /^filter$/m.test(readFileSync('/proc/self/net/ip_tables_names', 'utf8'));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
