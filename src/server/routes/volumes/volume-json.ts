import type { VolumeJson } from '../../../api-types/volume.ts';
import type { VolumeBackend, VolumeRecord } from './backend.ts';

/** A volume on the wire. */
export function volumeJson(
  { directory }: Pick<VolumeBackend, 'directory'>,
  { name, createdAt, labels, options }: VolumeRecord,
): VolumeJson {
  return {
    CreatedAt: createdAt,
    Driver: 'local',
    Labels: labels,
    Mountpoint: directory(name),
    Name: name,
    Options: options,
    Scope: 'local',
  };
}
