import type { OciMount } from '../../runtime/oci-spec.ts';
import { tmpfsMount } from '../../runtime/spec/tmpfs.ts';
import { bindTraits, makeBindSource } from '../../volumes/bind-source.ts';
import type { HeldPath } from '../../volumes/hold-part.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { bindOptions, rootfsPropagation } from './bind-options.ts';
import type { MountPoint } from './mount-point.ts';
import { mountsSeen } from './mounts-seen.ts';

/** Everything that the OCI runtime is to mount for the user, and what must stay open until it has. */
export interface AttachedMounts {
  readonly mounts: readonly OciMount[];
  readonly rootfsPropagation: string | undefined;
  /** Once the runtime has made the container, or has not. Never fails. */
  close(): Promise<void>;
}

const NOTHING: AttachedMounts = { mounts: [], rootfsPropagation: undefined, close: async () => undefined };

/**
 * Makes the sources of a container's mounts be there, its volumes mounted; `detachMounts` takes that back, also after a
 * failure. @throws internal with Docker's texts.
 */
export async function attachMounts(context: ContainersContext, record: ContainerRecord): Promise<AttachedMounts> {
  if (record.mounts.length === 0) return NOTHING;
  const held: HeldPath[] = [];
  const close = async () => {
    for (const path of held.splice(0)) await path.close();
  };
  try {
    const mounts: OciMount[] = [];
    for (const point of mountsSeen(record)) mounts.push(await attach(context, record, point, held));
    return { mounts, rootfsPropagation: rootfsPropagation(record.mounts), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function attach(
  context: ContainersContext,
  record: ContainerRecord,
  point: MountPoint,
  held: HeldPath[],
): Promise<OciMount> {
  if (point.type === 'tmpfs') return tmpfsMount(point.destination, point.tmpfsOptions);
  const whole = await sourceOf(context, record, point);
  let source = whole;
  if (point.subpath !== '') {
    const part = await context.volumes.holdPart(whole, point.subpath);
    held.push(part);
    source = part.path;
  }
  const options = bindOptions(point, await bindTraits(source, point.propagation));
  return { destination: point.destination, type: 'bind', source, options };
}

/** The path on the host. */
async function sourceOf(context: ContainersContext, record: ContainerRecord, point: MountPoint): Promise<string> {
  switch (point.type) {
    case 'volume': {
      const path = await context.volumes.mount(point.name, record.id);
      publishMount(context, record, point);
      return path;
    }
    case 'image':
      return context.layers.mountWritable(point.layer, { volatile: true });
    default:
      await makeBindSource(point);
      return point.source;
  }
}

function publishMount({ events }: ContainersContext, { id }: ContainerRecord, point: MountPoint): void {
  events.publish({
    type: 'volume',
    action: 'mount',
    actorId: point.name,
    attributes: {
      container: id,
      destination: point.destination,
      driver: 'local',
      propagation: point.propagation,
      'read/write': String(point.writable),
    },
  });
}
