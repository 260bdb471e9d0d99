import { invalidArgument } from '../../errors/engine-error.ts';

/** What runc lets lie over files of the kernel's, for containers that are shown less of the host. */
const REPLACEABLE: ReadonlySet<string> = new Set([
  '/proc/cpuinfo',
  '/proc/diskstats',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/net/dev',
  '/proc/slabinfo',
  '/proc/stat',
  '/proc/swaps',
  '/proc/uptime',
  '/proc/sys/crypto/fips_enabled',
  '/proc/sys/kernel/ns_last_pid',
]);

/**
 * Nothing may lie over /proc: the runtime sets a process's restrictions by files in there, and an image that has a volume
 * in their place would run without. runc refuses it, crun does not. `source` is a bind's.
 * @throws invalid_argument.
 */
export function checkProc(destination: string, source = ''): void {
  if (destination === '/proc' && source !== '/proc') {
    throw invalidArgument(`${JSON.stringify(destination)} cannot be mounted because it is not of type proc`);
  }
  if (destination.startsWith('/proc/') && !REPLACEABLE.has(destination)) {
    throw invalidArgument(`${JSON.stringify(destination)} cannot be mounted because it is inside /proc`);
  }
}
