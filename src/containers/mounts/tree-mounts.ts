import type { TreeMount } from '../../layers/archive/archive-message.ts';
import { pathExists } from '../../volumes/bind-source.ts';
import type { HeldPath } from '../../volumes/hold-part.ts';
import type { ContainersContext } from '../context.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';
import type { MountPoint } from './mount-point.ts';
import { mountsSeen } from './mounts-seen.ts';

/** Another user of the volumes than the container itself, so that one does not let go of what the other needs. */
function userOf({ id }: ContainerRecord): string {
  return `files-${id}`;
}

/**
 * What a container that does not run would have mounted: its volumes, binds and images, and the files that the engine
 * writes for it, the outer before the inner. A bind whose source is not there is left out. Its volumes are mounted
 * until `releaseTreeMounts`, also after a failure; `paths` get what must stay open for as long. @throws internal for a
 * volume that cannot be mounted.
 */
export async function treeMounts(
  context: ContainersContext,
  record: ContainerRecord,
  paths: HeldPath[],
): Promise<TreeMount[]> {
  const { hosts, hostname, resolvConf } = pathsOf(context.options, record.id);
  const own = [
    { source: hosts, target: '/etc/hosts', writable: true },
    { source: hostname, target: '/etc/hostname', writable: true },
    { source: resolvConf, target: '/etc/resolv.conf', writable: true },
  ];
  const users: TreeMount[] = [];
  for (const point of mountsSeen(record)) {
    const source = await sourceOf(context, record, point, paths);
    if (source !== undefined) users.push({ source, target: point.destination, writable: point.writable });
  }
  const taken = new Set(users.map(({ target }) => target));
  const all = [...own.filter(({ target }) => !taken.has(target)), ...users];
  const there = await Promise.all(all.map(({ source }) => pathExists(source)));
  return all.filter((_, index) => there[index]).sort((a, b) => depthOf(a) - depthOf(b));
}

/** Idempotent. */
export async function releaseTreeMounts(
  { volumes, layers }: ContainersContext,
  record: ContainerRecord,
): Promise<void> {
  for (const { type, name, layer } of record.mounts) {
    if (type === 'volume') await volumes.unmount(name, userOf(record));
    if (type === 'image') await layers.unmountWritable(layer);
  }
}

async function sourceOf(
  context: ContainersContext,
  record: ContainerRecord,
  point: MountPoint,
  paths: HeldPath[],
): Promise<string | undefined> {
  switch (point.type) {
    case 'tmpfs':
      return undefined;
    case 'bind':
      return point.source;
    default: {
      const whole =
        point.type === 'volume'
          ? await context.volumes.mount(point.name, userOf(record))
          : await context.layers.mountWritable(point.layer, { volatile: true });
      if (point.subpath === '') return whole;
      const held = await context.volumes.holdPart(whole, point.subpath);
      paths.push(held);
      return held.path;
    }
  }
}

function depthOf({ target }: TreeMount): number {
  return target.split('/').filter(Boolean).length;
}
