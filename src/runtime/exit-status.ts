import { access, readFile, stat } from 'node:fs/promises';
import { hasErrorCode } from '../sys/syscall-error.ts';
import type { MonitorPaths } from './paths.ts';
import type { ExitStatus } from './runtime.ts';

/** @returns undefined when the monitor has not written one. The monitor writes it last, by renaming: it is whole. */
export async function readExitStatus(paths: MonitorPaths): Promise<ExitStatus | undefined> {
  try {
    const [text, { mtime }, oomKilled] = await Promise.all([
      readFile(paths.exit, 'utf8'),
      stat(paths.exit),
      exists(paths.oom),
    ]);
    return { exitCode: exitCodeOf(text), oomKilled, finishedAt: mtime };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The monitor writes -1 when it could not learn the status. */
function exitCodeOf(text: string): number {
  const code = Number.parseInt(text, 10);
  return Number.isInteger(code) && code >= 0 ? code : 255;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
