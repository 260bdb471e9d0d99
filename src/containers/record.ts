import type { ContainerConfig } from '../api-types/container-config.ts';
import type { HostConfig } from '../api-types/host-config.ts';
import type { ChainId, ImageId } from '../lib/digest.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { Endpoint } from '../networks/container-network.ts';
import type { Health } from './health/health.ts';

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** What changes over a container's life. Times are RFC 3339 with nanoseconds; Go's zero time is `ZERO_TIME`. */
export interface ContainerState {
  readonly status: ContainerStatus;
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
  /** A MAC address that was asked for; empty otherwise. */
  readonly macAddress: string;
  /** The endpoint of the current or the last run. */
  readonly endpoint: Endpoint | undefined;
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
