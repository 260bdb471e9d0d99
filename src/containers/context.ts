import type { EventSink } from '../events/event-bus.ts';
import type { ImageCommits, ImageLookup } from '../images/image-store.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { KeyedLock } from '../lib/keyed-lock.ts';
import type { LogEntry } from '../logs/log-entry.ts';
import type { LogQuery } from '../logs/read-logs.ts';
import type { ContainerNetwork } from '../networks/container-network.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { ContainerStore } from './container-store.ts';
import type { ExecSessions } from './exec/exec-sessions.ts';
import type { ExitWaiters } from './exit-waiters.ts';
import type { HealthMonitors } from './health/health-monitors.ts';
import type { PendingRestarts } from './restart-policy/pending-restarts.ts';
import type { Attachments } from './streams/attachments.ts';

/** Which limits this host's control groups can set; Docker discards some of the others. */
export interface LimitSupport {
  readonly blockIoWeight: boolean;
  readonly blockIoWeightDevice: boolean;
  readonly oomKillDisable: boolean;
  readonly swappiness: boolean;
  readonly realtime: boolean;
  /** Of the host, as the kernel lists them: `0-3,8`. */
  readonly cpus: string;
  readonly memoryNodes: string;
}

export interface ContainersOptions {
  /** Each container has a folder of its own here; absolute. */
  readonly directory: string;
  /** The runtimes that `HostConfig.Runtime` may name, and what each is on this host. */
  readonly ociRuntimes: ReadonlyMap<string, string>;
  readonly defaultRuntime: string;
  /** What a container logs by that says nothing of it: `--log-driver` and `--log-opt`. */
  readonly defaultLog: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  /** All containers' control groups lie below it. */
  readonly cgroupParent: string;
  /** The host's control group hierarchy: it decides Docker's default for `CgroupnsMode`. */
  readonly cgroupVersion: 1 | 2;
  readonly limits: LimitSupport;
  /** Whether the kernel confines processes by AppArmor. */
  readonly apparmor: boolean;
  /** Whether the system's journal takes logs. */
  readonly journald: boolean;
  /** Told of failures that no request waits for: a teardown after an exit, an automatic removal. */
  readonly logError: (message: string, error: unknown) => void;
}

/** Reads what monitors have written, in batches. A log that does not exist is empty. */
export interface LogReader {
  read(path: string, query: LogQuery): AsyncIterable<readonly LogEntry[]>;
}

/** What containers do with volumes. */
export type ContainerVolumes = Pick<
  Volumes,
  'create' | 'release' | 'directory' | 'remove' | 'usersOf' | 'fill' | 'mount' | 'unmount' | 'holdPart'
>;

/** What the verbs share. Locks are held per container ID by every verb that changes one. */
export interface ContainersContext {
  readonly options: ContainersOptions;
  readonly store: ContainerStore;
  readonly locks: KeyedLock;
  readonly waiters: ExitWaiters;
  readonly attachments: Attachments;
  readonly execs: ExecSessions;
  /** Containers between the stop and the start of a restart: these exits do not remove them. */
  readonly restarting: Set<ContainerId>;
  readonly restarts: PendingRestarts;
  readonly health: HealthMonitors;
  readonly runtime: Runtime;
  readonly layers: LayerStore;
  readonly images: ImageLookup & ImageCommits;
  readonly network: ContainerNetwork;
  readonly volumes: ContainerVolumes;
  readonly logs: LogReader;
  readonly events: EventSink;
}
