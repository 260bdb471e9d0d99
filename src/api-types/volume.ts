import { field, map, optional, string, struct } from './shape.ts';

const clusterVolumeSpec = struct('volume.ClusterVolumeSpec', {});

/** The body of `POST /volumes/create`. Of a swarm's volumes it matters only that one is asked for. */
export const volumeCreateBody = struct('volume.CreateOptions', {
  Driver: field(string),
  DriverOpts: field(map(string)),
  Labels: field(map(string)),
  Name: field(string),
  ClusterVolumeSpec: optional(clusterVolumeSpec),
});

export interface VolumeJson {
  readonly CreatedAt: string;
  readonly Driver: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Scope: string;
  readonly UsageData?: { readonly RefCount: number; readonly Size: number };
}

export interface VolumesJson {
  readonly Volumes: readonly VolumeJson[];
  readonly Warnings: null;
}

export interface VolumesPruneResponse {
  readonly VolumesDeleted: readonly string[];
  readonly SpaceReclaimed: number;
}
