import { field, map, string, struct } from './shape.ts';

/** The body of `POST /volumes/create`; what it says of a swarm's volumes means nothing here. */
export const volumeCreateBody = struct('volume.CreateOptions', {
  Driver: field(string),
  DriverOpts: field(map(string)),
  Labels: field(map(string)),
  Name: field(string),
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
