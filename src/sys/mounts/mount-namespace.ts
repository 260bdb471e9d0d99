import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import { O_PATH } from '../paths/open-in-root.ts';

/**
 * The mount namespace of a process that is in a certain control group, as an open file; undefined when there is no such
 * process any more. Everything is looked up below one descriptor of the process: that its number may stand for another
 * one by now does not matter. The caller closes it.
 */
export function openMountNamespace(pid: number, cgroupName: string): Promise<FileHandle | undefined> {
  return openOfProcess(pid, cgroupName, 'ns/mnt', constants.O_RDONLY);
}

/** The root directory of such a process, to look up paths from. The caller closes it. */
export function openRootOf(pid: number, cgroupName: string): Promise<FileHandle | undefined> {
  return openOfProcess(pid, cgroupName, 'root', O_PATH | constants.O_DIRECTORY);
}

async function openOfProcess(
  pid: number,
  cgroupName: string,
  link: string,
  flags: number,
): Promise<FileHandle | undefined> {
  let process: FileHandle | undefined;
  try {
    process = await open(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
    const groups = await readFile(`/proc/self/fd/${process.fd}/cgroup`, 'utf8');
    if (!groups.includes(`/${cgroupName}`)) return undefined;
    return await open(`/proc/self/fd/${process.fd}/${link}`, flags);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  } finally {
    await process?.close();
  }
}
