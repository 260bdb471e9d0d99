import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EngineError } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { findByArgument, startTimeOf } from '../sys/processes/process-identity.ts';

/** Writes our process's number. @throws conflict when the file names another process that is alive and is a skiffd. */
export async function writePidfile(path: string): Promise<void> {
  const other = readPid(path);
  if (other !== undefined && other !== process.pid && startTimeOf(other) !== undefined) {
    const daemons = await findByArgument(process.argv[1] ?? '');
    if (daemons.some(({ pid }) => pid === other)) {
      throw new EngineError('conflict', `process with PID ${other} is still running: it holds ${path}`);
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${process.pid}\n`);
}

/** Idempotent. Leaves a file that another process has written since. */
export function removePidfile(path: string): void {
  if (readPid(path) === process.pid) rmSync(path, { force: true });
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
