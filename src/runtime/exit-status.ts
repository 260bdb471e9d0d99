import { existsSync, readFileSync, statSync } from 'node:fs';
import { hasErrorCode } from '../lib/system-error.ts';
import type { MonitorPaths } from './paths.ts';
import type { ExitStatus } from './runtime.ts';

/** @returns undefined when the monitor has not written one. The monitor writes it last, by renaming: it is whole. */
export function readExitStatus(paths: MonitorPaths): ExitStatus | undefined {
  try {
    const exitCode = exitCodeOf(readFileSync(paths.exit, 'utf8'));
    return { exitCode, oomKilled: existsSync(paths.oom), finishedAt: statSync(paths.exit).mtime };
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
