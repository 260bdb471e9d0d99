import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Everything of the file systems that these paths are in is on their disks then. By a program: Node cannot wait for it aside. */
export async function syncFileSystems(paths: readonly string[]): Promise<void> {
  await promisify(execFile)('sync', ['--file-system', ...paths]);
}
