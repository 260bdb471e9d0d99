import { posix } from 'node:path';
import type { HostConfig } from '../../api-types/host-config.ts';
import type { MountRequest } from '../../api-types/mount.ts';
import { type EngineError, invalidArgument } from '../../errors/engine-error.ts';
import type { ContainerId } from '../../lib/ids.ts';
import { checkProc } from '../../runtime/spec/check-proc.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { checkRequestedMounts } from './check-requested-mounts.ts';
import { withImageLayer } from './image-layers.ts';
import { type MountPoint, mountPoint } from './mount-point.ts';
import { parseBind } from './parse-bind.ts';
import { tmpfsOptionsOf } from './tmpfs-options.ts';
import { mountsFromOthers } from './volumes-from.ts';

/**
 * What a new container has mounted: from other containers, by `-v`, by `--mount`, and for the image's `VOLUME`s, in
 * this order. Volumes that are missing are made, and held for the container until its record is there; the caller lets
 * go of them. Nothing is mounted yet. `report` is told after each step what there is by then, so that the caller can
 * take it back after a failure.
 * @throws invalid_argument, internal, not_found with Docker's texts.
 */
export async function resolveMounts(
  context: ContainersContext,
  { id, config, hostConfig: host }: ContainerRecord,
  report: (mounts: readonly MountPoint[]) => void,
): Promise<void> {
  const points = new Map<string, MountPoint>();
  const own = new Set<string>();
  /** As Docker, which compares with what the user wrote. */
  const isTmpfs = (destination: string) => Object.hasOwn(host.Tmpfs ?? {}, destination);
  const keep = async (point: MountPoint, request: MountRequest): Promise<void> => {
    points.set(point.destination, await made(context, id, point, request));
    report([...points.values()]);
  };
  const add = async (request: MountRequest, mode: string, createsSource: boolean): Promise<void> => {
    const point = pointOf(request, mode, createsSource);
    const { destination } = point;
    if (own.has(destination)) throw duplicate(destination);
    checkProc(destination, point.source);
    own.add(destination);
    await keep(point, request);
  };
  // All of them are looked at before anything is made.
  const binds = (host.Binds ?? []).map((text) => parseBind(text, host.VolumeDriver));
  await checkRequestedMounts(host.Mounts ?? []);
  for (const point of mountsFromOthers(context, host)) await keep(point, {});
  for (const { request, mode } of binds) {
    const destination = cleanPath(request.Target ?? '');
    if (isTmpfs(destination)) throw duplicate(destination);
    await add(request, mode, true);
  }
  for (const request of host.Mounts ?? []) await add(request, '', request.BindOptions?.CreateMountpoint === true);
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = cleanPath(path);
    checkVolumePath(path, destination);
    checkProc(destination);
    if (points.has(destination) || isTmpfs(destination)) continue;
    const point = mountPoint({ type: 'volume', destination, copiesData: true });
    await keep(point, driverOf(host));
  }
}

function duplicate(destination: string): EngineError {
  return invalidArgument(`Duplicate mount point: ${destination}`);
}

/** With what the mount stands on. */
async function made(
  context: ContainersContext,
  id: ContainerId,
  point: MountPoint,
  request: MountRequest,
): Promise<MountPoint> {
  if (point.type === 'image') return withImageLayer(context, point);
  return point.type === 'volume' ? withVolume(context, id, point, request) : point;
}

function pointOf(request: MountRequest, mode: string, createsSource: boolean): MountPoint {
  const { Type: type, Source: source = '', Target: target = '', BindOptions: bind, VolumeOptions: volume } = request;
  const base = { destination: cleanPath(target), writable: request.ReadOnly !== true, mode };
  switch (type) {
    case 'bind':
      return mountPoint({
        ...base,
        type,
        source: cleanPath(source),
        propagation: bind?.Propagation || 'rprivate',
        recursive: bind?.NonRecursive !== true,
        readonlyDepth: depthOf(bind),
        createsSource,
      });
    case 'tmpfs':
      return mountPoint({ ...base, type, tmpfsOptions: tmpfsOptionsOf(request) });
    case 'image':
      return mountPoint({ ...base, type, source, subpath: request.ImageOptions?.Subpath ?? '' });
    default:
      return mountPoint({
        ...base,
        type: 'volume',
        name: source,
        mode: mode === '' ? 'z' : mode,
        copiesData: volume?.NoCopy !== true,
        subpath: volume?.Subpath ?? '',
      });
  }
}

function depthOf(bind: MountRequest['BindOptions']): MountPoint['readonlyDepth'] {
  if (bind?.ReadOnlyForceRecursive === true) return 'must';
  return bind?.ReadOnlyNonRecursive === true ? 'top' : 'where-possible';
}

async function withVolume(
  { volumes }: ContainersContext,
  id: ContainerId,
  point: MountPoint,
  { VolumeOptions: asked }: MountRequest,
): Promise<MountPoint> {
  const { DriverConfig: driver, Labels: labels = null } = asked ?? {};
  const request = { name: point.name, driver: driver?.Name ?? '', options: driver?.Options ?? null, labels };
  const { name } = await volumes.create(request, id);
  // One from another container is still anonymous where it was.
  return { ...point, name, isAnonymous: point.isAnonymous || point.name === '' };
}

function driverOf({ VolumeDriver: name }: HostConfig): MountRequest {
  return name === '' ? {} : { VolumeOptions: { DriverConfig: { Name: name } } };
}

/** Docker finds these out when the container starts, in its runtime's words. */
function checkVolumePath(path: string, destination: string): void {
  if (!posix.isAbsolute(path)) throw invalidArgument(`invalid mount path: '${path}' mount path must be absolute`);
  if (destination === '/') throw invalidArgument("invalid specification: destination can't be '/'");
}

/** Without a slash at its end, as Go cleans paths. */
export function cleanPath(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, '');
}
