import { join } from 'node:path';
import type { ContainerId, ExecId } from '../lib/ids.ts';

/** A socket address takes 107 bytes. */
const LONGEST_TEMPORARY = 107 - '/conmon-term.XXXXXX'.length;

/** Where one monitor keeps its files; the same names for a container and for an exec inside it. */
export interface MonitorPaths {
  /** Bundle of the runtime, working and persist directory of the monitor. */
  readonly directory: string;
  /** How to find the monitor again (`monitor-record.ts`). */
  readonly record: string;
  readonly pidFile: string;
  /** The monitor's own number. */
  readonly monitorPidFile: string;
  /** Written by the monitor when the process has ended: its exit status in decimal. */
  readonly exit: string;
  /** Written by the monitor when the kernel killed for lack of memory. */
  readonly oom: string;
  /** What the OCI runtime says: errors beyond the terminal's set-up reach nothing else. */
  readonly runtimeLog: string;
  /** The monitor's socket for clients, and its pipe for commands. */
  readonly attach: string;
  readonly control: string;
}

function monitorPaths(directory: string): MonitorPaths {
  return {
    directory,
    record: join(directory, 'monitor.json'),
    pidFile: join(directory, 'pid'),
    monitorPidFile: join(directory, 'monitor.pid'),
    exit: join(directory, 'exit'),
    oom: join(directory, 'oom'),
    runtimeLog: join(directory, 'runtime.log'),
    attach: join(directory, 'attach'),
    control: join(directory, 'ctl'),
  };
}

/** The layout of the exec root, which is on a tmpfs: after a reboot nothing of it is left. */
export class RuntimePaths {
  readonly containers: string;
  /** The OCI runtime's own state, one folder per container. */
  readonly ociRoot: string;
  /** The monitor makes sockets here while it starts, under names that must fit in a socket address. */
  readonly temporary: string;

  constructor(execRoot: string) {
    this.containers = join(execRoot, 'containers');
    this.ociRoot = join(execRoot, 'oci');
    const temporary = join(execRoot, 'tmp');
    this.temporary = Buffer.byteLength(temporary) <= LONGEST_TEMPORARY ? temporary : '/tmp';
  }

  container(
    id: ContainerId,
  ): MonitorPaths & { readonly config: string; readonly execs: string; readonly sharedMemory: string } {
    const directory = join(this.containers, id);
    return {
      ...monitorPaths(directory),
      config: join(directory, 'config.json'),
      execs: join(directory, 'execs'),
      sharedMemory: join(directory, 'shm'),
    };
  }

  exec(id: ContainerId, execId: ExecId): MonitorPaths & { readonly process: string } {
    const directory = join(this.containers, id, 'execs', execId);
    return { ...monitorPaths(directory), process: join(directory, 'process.json') };
  }

  /** The pipe on which a created container's first process waits; gone once it was started. */
  startFifo(id: ContainerId): string {
    return join(this.ociRoot, id, 'exec.fifo');
  }
}
