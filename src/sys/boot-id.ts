import { readFileSync } from 'node:fs';

/** Another one after every start of the host: what was only in memory is lost when it differs. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
