import type { MountPointJson } from '../../api-types/mount.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import type { MountPoint } from './mount-point.ts';

/** What `inspect` and lists say of a container's mounts. A volume is shown also when it is gone. */
export function shownMounts(
  { volumes }: Pick<ContainersContext, 'volumes'>,
  record: ContainerRecord,
): MountPointJson[] {
  return record.mounts.map((point) => ({
    Type: point.type,
    ...(point.type === 'volume' ? { Name: point.name } : {}),
    Source: point.type === 'volume' ? volumes.directory(point.name) : point.source,
    Destination: point.destination,
    ...(point.type === 'volume' ? { Driver: 'local' } : {}),
    Mode: point.mode,
    RW: point.writable,
    Propagation: point.propagation,
  }));
}

/** Whether a list's `volume` filter means this container: by a volume's name, or the place of a mount. */
export function usesVolume(mounts: readonly MountPoint[], value: string): boolean {
  return mounts.some(({ name, source, destination }) => [name, source, destination].includes(value));
}
