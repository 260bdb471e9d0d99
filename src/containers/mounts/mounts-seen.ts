import type { ContainerRecord } from '../record.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * What is mounted of all that was asked for: a `--tmpfs` takes the place of another mount there, if both are written
 * alike. A `--mount` of type tmpfs comes on top of it.
 */
export function mountsSeen({ mounts, hostConfig }: ContainerRecord): readonly MountPoint[] {
  const tmpfs = hostConfig.Tmpfs ?? {};
  return mounts.filter(({ type, destination }) => type === 'tmpfs' || !Object.hasOwn(tmpfs, destination));
}
