import { bool, type Decoded, int64, integer, map, named, optional, string, struct } from './shape.ts';

const bindOptions = struct('mount.BindOptions', {
  Propagation: optional(named('mount.Propagation')),
  NonRecursive: optional(bool),
  CreateMountpoint: optional(bool),
  ReadOnlyNonRecursive: optional(bool),
  ReadOnlyForceRecursive: optional(bool),
});
const driver = struct('mount.Driver', { Name: optional(string), Options: optional(map(string)) });
const volumeOptions = struct('mount.VolumeOptions', {
  NoCopy: optional(bool),
  Labels: optional(map(string)),
  Subpath: optional(string),
  DriverConfig: optional(driver),
});
const imageOptions = struct('mount.ImageOptions', { Subpath: optional(string) });
const tmpfsOptions = struct('mount.TmpfsOptions', {
  SizeBytes: optional(int64),
  Mode: optional(integer('fs.FileMode')),
});

/** Docker's `mount.Mount`: what `--mount` asks for. Fields that were not given stay absent. */
export const mount = struct('mount.Mount', {
  Type: optional(named('mount.Type')),
  Source: optional(string),
  Target: optional(string),
  ReadOnly: optional(bool),
  Consistency: optional(named('mount.Consistency')),
  BindOptions: optional(bindOptions),
  VolumeOptions: optional(volumeOptions),
  ImageOptions: optional(imageOptions),
  TmpfsOptions: optional(tmpfsOptions),
});
export type MountRequest = Decoded<typeof mount>;

/** A container's mount as `inspect` and lists show it. */
export interface MountPointJson {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
}
