import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';

/** A process beyond its number, which the kernel uses again: the time it began, in clock ticks since boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** The time field of /proc/<pid>/stat (proc(5), field 22); undefined for a process that is gone or a zombie. */
export function startTimeOf(pid: number): string | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : parseStartTime(stat);
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** The name in the second field may hold spaces and parentheses: fields are counted from the last one. */
export function parseStartTime(stat: string): string | undefined {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return fields[18];
}

/** The session that a process belongs to, by its leader's number; undefined for a process that is gone or a zombie. */
export function sessionOf(pid: number): number | undefined {
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : Number(session);
}

/** @returns undefined when the process is gone already. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive(process: ProcessIdentity): boolean {
  return startTimeOf(process.pid) === process.startTime;
}

/** Processes that have `argument` on their command line; for recovery, where nothing else tells of them. */
export async function findByArgument(argument: string): Promise<ProcessIdentity[]> {
  const found: ProcessIdentity[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let commandLine: string;
    try {
      commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT', 'ESRCH')) continue;
      throw error;
    }
    if (!commandLine.split('\0').includes(argument)) continue;
    const process = identify(Number(entry));
    if (process !== undefined) found.push(process);
  }
  return found;
}
