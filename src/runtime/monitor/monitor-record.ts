import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { ProcessIdentity } from '../../sys/processes/process-identity.ts';
import type { MonitorPaths } from '../paths.ts';
import type { StdioOptions } from '../runtime.ts';

/** What a later daemon must know of a monitor to go on with it. */
export interface MonitorRecord extends StdioOptions {
  readonly monitor: ProcessIdentity;
  /** The container's (or exec's) first process, in the host's numbers; null when it had ended before it was seen. */
  readonly process: ProcessIdentity | null;
  /** Absolute path of the OCI runtime. */
  readonly ociRuntime: string;
  /** The container's cgroup below every hierarchy's root; empty for an exec. */
  readonly cgroupsPath: string;
}

/**
 * Atomic: a record is there whole or not at all. Small files in memory are read and written here and now: each trip to the
 * thread pool takes ten times as long, and a short exec would have waited for a dozen of them.
 */
export function writeRecord(paths: MonitorPaths, record: MonitorRecord): void {
  const temporary = `${paths.record}.new`;
  writeFileSync(temporary, JSON.stringify(record));
  renameSync(temporary, paths.record);
}

/** @returns undefined when there is none: never created, created by half, or removed. */
export function readRecord(paths: MonitorPaths): MonitorRecord | undefined {
  try {
    return JSON.parse(readFileSync(paths.record, 'utf8')) as MonitorRecord;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
