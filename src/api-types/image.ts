import type { ContainerConfig } from './container-config.ts';

/** An item of `GET /images/json`, keys in Docker's order. */
export interface ImageSummaryResponse {
  /** -1 when it was not counted, as is `SharedSize`. */
  readonly Containers: number;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly ParentId: string;
  readonly RepoDigests: readonly string[] | null;
  readonly RepoTags: readonly string[] | null;
  readonly SharedSize: number;
  readonly Size: number;
  /** The same as `Size`; only before API 1.44. */
  readonly VirtualSize?: number;
}

/** What an image says of the containers made from it, since API 1.50. */
export type ImageConfigResponse = Partial<
  Pick<ContainerConfig, 'ExposedPorts' | 'Healthcheck' | 'ArgsEscaped' | 'StopSignal' | 'Shell'>
> &
  Pick<ContainerConfig, 'User' | 'Env' | 'Entrypoint' | 'Cmd' | 'Volumes' | 'WorkingDir' | 'Labels' | 'OnBuild'>;

/** `GET /images/{name}/json`, keys in Docker's order. */
export interface ImageInspectResponse {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: string;
  readonly Comment: string;
  readonly Created: string;
  /** Before API 1.45, as is `ContainerConfig`. */
  readonly Container?: string;
  readonly ContainerConfig?: ContainerConfig;
  readonly DockerVersion: string;
  readonly Author: string;
  readonly Config: ContainerConfig | ImageConfigResponse;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Os: string;
  readonly OsVersion?: string;
  readonly Size: number;
  readonly VirtualSize?: number;
  readonly GraphDriver: { readonly Data: Readonly<Record<string, string>> | null; readonly Name: string };
  readonly RootFS: { readonly Type: string; readonly Layers?: readonly string[] };
  readonly Metadata: { readonly LastTagTime: string };
}

/** An item of `GET /images/{name}/history`. */
export interface ImageHistoryResponse {
  readonly Comment: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Id: string;
  readonly Size: number;
  readonly Tags: readonly string[] | null;
}

export type ImageDeleteResponse = { readonly Untagged: string } | { readonly Deleted: string };

export interface ImagesPruneResponse {
  readonly ImagesDeleted: readonly ImageDeleteResponse[] | null;
  readonly SpaceReclaimed: number;
}
