import type { Writable } from 'node:stream';
import type { ContainerId, ExecId } from '../lib/ids.ts';
import type { ContainerUsage } from '../sys/cgroups/container-usage.ts';
import type { Fd } from '../sys/syscalls.ts';
import type { OciProcess, OciSpec } from './oci-spec.ts';

export type { ContainerUsage };

/** How the standard streams of a container or exec are held by its monitor. */
export interface StdioOptions {
  readonly terminal: boolean;
  /** Keep standard input open for attached clients; otherwise it is /dev/null. */
  readonly stdin: boolean;
  /** Close standard input when the first attached client closes its side (`StdinOnce`). */
  readonly stdinOnce: boolean;
}

export interface CreateRequest extends StdioOptions {
  readonly id: ContainerId;
  readonly spec: OciSpec;
  /** The file that the monitor appends to, in the CRI log format; undefined keeps no log. */
  readonly logPath: string | undefined;
  /** Writes to systemd's journal instead. */
  readonly journal?: boolean;
  /** `crun` or `runc`, found on PATH, or an absolute path. */
  readonly ociRuntime: string;
  /** Mounts a file system in memory at `sharedMemoryOf(id)`, for the specification to name; gone with `delete`. */
  readonly sharedMemoryBytes?: number;
  /** Kept open by the monitor for as long as it lives, and seen by nothing else; the caller closes its own copies. */
  readonly keepOpen?: readonly Fd[];
}

/** What is known of an exec before it is started. */
export interface ExecAnnouncement extends StdioOptions {
  readonly id: ContainerId;
  readonly ociRuntime: string;
}

export interface ExecRequest extends ExecAnnouncement {
  readonly execId: ExecId;
  /** May still be on its way: much can be done meanwhile. */
  readonly process: Promise<OciProcess>;
}

export interface ExitStatus {
  /** 0–255; 128 + signal for a process that a signal ended. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly finishedAt: Date;
}

/** One client's connection to a monitor. It ends when the container's output ends; nothing is lost before that. */
export interface MonitorStream {
  /** Output in order: each item is a piece of one stream (with a terminal all of it is stdout). */
  readonly output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly data: Buffer }>;
  /** Written bytes go to standard input; `end()` half-closes it. Output goes on afterwards. Never fails. */
  readonly input: Writable;
  /** Lets go of the connection; the container runs on. */
  close(): void;
}

/**
 * Containers as processes: conmon and the OCI runtime below it. Everything needed to adopt a running container again is
 * on disk under the exec root, so that a new daemon can call every method here for a container that an older one made.
 */
export interface Runtime {
  /** A create or an exec comes soon: what the kernel needs time for begins. Returns at once. */
  anticipate(): void;
  /**
   * An exec comes soon, or never: its monitor is started, and given up after a second. Returns at once.
   * @returns the ID that the exec is to have.
   */
  anticipateExec(announcement: ExecAnnouncement): ExecId;
  /**
   * Writes the bundle and starts the monitor, which creates the container: its first process waits for `start`.
   * @throws invalid_argument when the runtime finds the command cannot run (message holds the runtime's text);
   * internal for anything else. Nothing is left behind then.
   */
  create(request: CreateRequest): Promise<{ readonly pid: number; readonly monitorPid: number }>;
  /** Lets the created container's process run. @throws as create: a missing command can also show only here. */
  start(id: ContainerId): Promise<void>;
  /** @throws not_found when it has ended already. `all` signals every process in the container. */
  kill(id: ContainerId, signal: number, all?: boolean): Promise<void>;
  /** The host's numbers of all processes in a container, in order. @throws not_found when it has ended already. */
  listProcesses(id: ContainerId): Promise<number[]>;
  /** What it has used until now; undefined when it has ended. Its interfaces only with `network`. */
  usage(id: ContainerId, options: { readonly network: boolean }): Promise<ContainerUsage | undefined>;
  /** Stops all its processes where they are; returns when they stand still. @throws not_found when it has ended. */
  pause(id: ContainerId): Promise<void>;
  /** Idempotent. @throws not_found when nothing is left of it. */
  resume(id: ContainerId): Promise<void>;
  /** Sets limits, in the form of the OCI specification; those that are left out stay. @throws not_found, internal. */
  update(id: ContainerId, resources: object): Promise<void>;
  /** Connects to a created or running container. @throws not_found when its monitor is gone. */
  attach(id: ContainerId): Promise<MonitorStream>;
  /** @throws not_found when its monitor is gone. */
  resize(id: ContainerId, size: { rows: number; columns: number }): Promise<void>;
  /** Removes what the runtime keeps of an ended container: its state, cgroup, bundle, sockets. Idempotent. */
  delete(id: ContainerId): Promise<void>;

  /**
   * Starts a further process in a running container. The stream is connected before the process can write anything.
   * @throws invalid_argument when the command cannot run; conflict when the container does not run.
   */
  exec(request: ExecRequest): Promise<{ readonly pid: number; readonly stream: MonitorStream }>;
  resizeExec(id: ContainerId, execId: ExecId, size: { rows: number; columns: number }): Promise<void>;
  waitExec(id: ContainerId, execId: ExecId): Promise<ExitStatus>;
  /** Ends an exec with all that it has started and that has not left its session. Nothing to do for one that is gone. */
  killExec(id: ContainerId, execId: ExecId): Promise<void>;
  deleteExec(id: ContainerId, execId: ExecId): Promise<void>;

  /** Has the monitor put a new log file in the place of the one that it writes. @throws not_found when it is gone. */
  reopenLog(id: ContainerId): Promise<void>;
  /**
   * Calls back once when the kernel has killed one of its processes for lack of memory, at once when it has already.
   * @returns ends it.
   */
  onOutOfMemory(id: ContainerId, callback: () => void): () => void;
  /** Where on the host the shared memory of a container is that was created with `sharedMemoryBytes`. */
  sharedMemoryOf(id: ContainerId): string;

  /** Resolves when the container has ended, also when that was before the call or under another daemon. */
  wait(id: ContainerId): Promise<ExitStatus>;
  /**
   * What is on this host of a container: `created` (monitor is there, not started), `running`, `exited` (its exit
   * status is on disk), `gone` (nothing, or a monitor that died without a status: reboot, SIGKILL).
   */
  inspect(id: ContainerId): Promise<{
    readonly status: 'created' | 'running' | 'exited' | 'gone';
    readonly pid?: number;
    /** All its processes stand still. */
    readonly paused?: boolean;
    readonly exit?: ExitStatus;
  }>;
  /** Everything the exec root holds, for recovery: containers that `known` lacks are killed and removed. */
  sweep(known: ReadonlySet<ContainerId>): Promise<void>;
  /** For the daemon's end: removes what is shared by its containers where none is left. Containers run on. */
  close(): Promise<void>;
}
