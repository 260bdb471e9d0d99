import type { BuildCacheResponse } from '../../../api-types/build.ts';
import type { ContainerSummary } from '../../../api-types/container.ts';
import type { VolumeJson } from '../../../api-types/volume.ts';
import type { EngineEvent, EventQuery } from '../../../events/event-bus.ts';
import type { ImageSummary } from '../../../images/list-images.ts';

export type { EngineEvent, EventQuery };

/** What does not change while the daemon runs. */
export interface EngineFacts {
  readonly id: string;
  readonly version: string;
  readonly gitCommit: string;
  /** RFC 3339. */
  readonly buildTime: string;
  readonly dataRoot: string;
  readonly labels: readonly string[];
  readonly debug: boolean;
  readonly defaultRuntime: string;
  /** Path by name. */
  readonly runtimes: Readonly<Record<string, string>>;
  readonly logDriver: string;
  readonly logDrivers: readonly string[];
  readonly networkDrivers: readonly string[];
  readonly volumeDrivers: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly registryMirrors: readonly string[];
}

/** A program that the engine runs containers by; `version` is empty when it is not installed. */
export interface Component {
  readonly name: string;
  readonly version: string;
  readonly gitCommit: string;
}

/** What the host is and can do at the moment of the question. */
export interface HostFacts {
  readonly hostname: string;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  readonly osVersion: string;
  /** As `uname -m` says. */
  readonly machine: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly openFiles: number;
  readonly cgroupVersion: '1' | '2';
  readonly cgroupDriver: string;
  readonly limits: {
    readonly memory: boolean;
    readonly swap: boolean;
    readonly kernelMemoryTcp: boolean;
    readonly oomKillDisable: boolean;
    readonly cpuCfs: boolean;
    readonly cpuShares: boolean;
    readonly cpuSet: boolean;
    readonly pids: boolean;
  };
  readonly ipv4Forwarding: boolean;
  readonly bridgeNfIptables: boolean;
  readonly bridgeNfIp6tables: boolean;
  readonly seccomp: boolean;
  readonly apparmor: boolean;
  /** The file system below the data root, as Docker names it (`extfs`, `xfs`). */
  readonly backingFilesystem: string;
}

export interface ContainerCounts {
  readonly running: number;
  readonly paused: number;
  readonly stopped: number;
}

export type UsageType = 'container' | 'image' | 'volume' | 'build-cache';

/** A part is undefined when it was not asked for. */
export interface DiskUsage {
  readonly layersSizeBytes: number;
  readonly images?: readonly ImageSummary[];
  readonly containers?: readonly ContainerSummary[];
  readonly volumes?: readonly VolumeJson[];
  readonly buildCache?: readonly BuildCacheResponse[];
}

export interface SystemBackend {
  /** A client has come: what it may want and what takes its time can begin. Returns at once. */
  greet(): void;
  readonly engine: EngineFacts;
  host(): Promise<HostFacts>;
  components(): Promise<readonly Component[]>;
  containerCounts(): ContainerCounts;
  imageCount(): number;
  eventListeners(): number;
  events(query: EventQuery): AsyncIterable<EngineEvent>;
  diskUsage(types: ReadonlySet<UsageType>): Promise<DiskUsage>;
}
