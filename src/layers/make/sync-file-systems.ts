import { runProgram } from '../../sys/processes/run-program.ts';
import type { Syscalls } from '../../sys/syscalls.ts';

/**
 * Everything of the file systems that these paths are in is on their disks then. It may take long: a program waits for it,
 * so that the end of this process need not.
 */
export function syncFileSystems(syscalls: Syscalls, paths: readonly string[]): Promise<void> {
  return runProgram(syscalls, '/bin/sync', ['--file-system', ...paths]);
}
