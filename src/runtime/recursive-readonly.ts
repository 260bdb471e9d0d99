import { release } from 'node:os';

/**
 * Whether the kernel has mount_setattr(2), by which runtimes make a mount read-only with all that is mounted below it.
 */
export function hasRecursiveReadonly(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 12);
}
