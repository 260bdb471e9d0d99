import type { ContainerConfig } from '../api-types/container-config.ts';
import type { HostConfig } from '../api-types/host-config.ts';
import type { ChainId, ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { Endpoint, Sandbox } from '../networks/container-network.ts';
import type { EndpointSettings } from '../state/networks.ts';
import type { Health } from './health/health.ts';
import type { MountPoint } from './mounts/mount-point.ts';

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** What changes over a container's life. Times are RFC 3339 with nanoseconds; Go's zero time is `ZERO_TIME`. */
export interface ContainerState {
  readonly status: ContainerStatus;
  /** While `removing`: its anonymous volumes go as well, also when another daemon finishes it. */
  readonly removesVolumes?: boolean | undefined;
  /** It is paused for the time in which the engine reads its files: another daemon lets it go on. */
  readonly standsStill?: boolean | undefined;
  /**
   * When a start began that has not been answered, or empty. Set before the runtime may run the process and cleared by
   * the commit that says how it went: recovery reads from it that a process was meant to run, and since when it does.
   */
  readonly starting: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly error: string;
  readonly oomKilled: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** From the first start on, of a container that has a health check. */
  readonly health?: Health | undefined;
}

/** A network that a container is in while it runs. */
export interface ContainerNetworkRecord {
  /** Its ID, or what was asked for until the container was in there for the first time. */
  readonly network: string;
  readonly name: string;
  readonly settings: EndpointSettings;
  /** That of the current or the last run. */
  readonly endpoint: Endpoint | null;
}

/** One container as it is kept: as JSON in the state database, and the same in memory. */
export interface ContainerRecord {
  readonly id: ContainerId;
  readonly name: string;
  /** Nanoseconds since the epoch, in decimal: a number would lose the last digits. */
  readonly createdAtNs: string;
  readonly imageId: ImageId;
  /** The image's topmost layer: it stays while the container does, the image may go. */
  readonly topChainId: ChainId | null;
  readonly path: string;
  readonly args: readonly string[];
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  /** In the order in which they were resolved; what is inside of what is for the runtime to sort. */
  readonly mounts: readonly MountPoint[];
  /** The first one is that of its network mode; none in another container's network. */
  readonly networks: readonly ContainerNetworkRecord[];
  /** The network namespace of the current or the last run. */
  readonly sandbox: Sandbox | null;
  readonly hasBeenStartedBefore: boolean;
  readonly hasBeenManuallyStopped: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
}

export const ZERO_TIME = '0001-01-01T00:00:00Z';

export const initialState: ContainerState = {
  status: 'created',
  starting: '',
  pid: 0,
  exitCode: 0,
  error: '',
  oomKilled: false,
  startedAt: ZERO_TIME,
  finishedAt: ZERO_TIME,
};

export function isRunning(record: ContainerRecord): boolean {
  const { status } = record.state;
  return status === 'running' || status === 'paused' || status === 'restarting';
}
