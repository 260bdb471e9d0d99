import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
  /** Resident set size in MB (10^6 bytes). */
  readonly residentMb: number;
}

export function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '';
        const residentKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
        return [{ pid: Number(pid), name, command, residentMb: (residentKb * 1024) / 1e6 }];
      } catch (error) {
        // It ended between the listing and here.
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return [];
        throw error;
      }
    });
}

/** The sum over the processes that `isMeant` picks, in MB; undefined when there is none. */
export function residentOf(isMeant: (process: Process) => boolean): number | undefined {
  const meant = listProcesses().filter(isMeant);
  return meant.length === 0 ? undefined : meant.reduce((sum, { residentMb }) => sum + residentMb, 0);
}
