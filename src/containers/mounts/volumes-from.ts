import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError, invalidArgument, isEngineError, messageOf } from '../../errors/engine-error.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { isMountMode, parseMountMode } from './mount-mode.ts';
import type { MountPoint } from './mount-point.ts';

/**
 * What other containers have mounted, by `--volumes-from CONTAINER[:MODE]`; the last one counts for each place. Their
 * volumes are filled already, or are theirs to be filled. @throws invalid_argument with Docker's texts.
 */
export function mountsFromOthers(context: ContainersContext, host: HostConfig): readonly MountPoint[] {
  const points = new Map<string, MountPoint>();
  for (const text of host.VolumesFrom ?? []) {
    if (text === '') throw invalidArgument('volumes-from specification cannot be an empty string');
    const [reference = '', mode = 'rw'] = text.split(/:(.*)/s, 2);
    if (!isMountMode(mode)) throw invalidArgument(`invalid mode: ${mode}`);
    if (parseMountMode(mode).noCopy) throw invalidArgument(`invalid mode: ${mode}`);
    const { readonly } = parseMountMode(mode);
    for (const point of donorOf(context, reference).mounts) {
      const writable = point.writable && !readonly;
      points.set(point.destination, { ...point, writable, mode: '', copiesData: false });
    }
  }
  return [...points.values()];
}

function donorOf({ store }: ContainersContext, reference: string): ContainerRecord {
  if (reference === '') throw invalidArgument('invalid name or ID supplied: ""');
  try {
    return store.resolve(reference);
  } catch (error) {
    if (!isEngineError(error)) throw error;
    throw new EngineError('invalid_argument', messageOf(error), { cause: error });
  }
}
