import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { posix } from 'node:path';
import type { ContainerConfig } from '../api-types/container-config.ts';
import { type HostConfig, hostConfig as hostConfigShape } from '../api-types/host-config.ts';
import { invalidContainerName } from '../errors/containers.ts';
import { EngineError, invalidArgument } from '../errors/engine-error.ts';
import type { Image } from '../images/image-store.ts';
import { type ContainerId, randomId, shortId } from '../lib/ids.ts';
import { parsePlatform } from '../lib/platform.ts';
import { nowNs } from '../lib/timestamps.ts';
import type { ContainersContext } from './context.ts';
import { checkConfig, commandOf } from './create/check-config.ts';
import { checkHostConfig } from './create/check-host-config.ts';
import { checkNetworkMode } from './create/check-network-mode.ts';
import type { CreateRequest } from './create/create-request.ts';
import { defaultHostConfig } from './create/default-host-config.ts';
import { generateName } from './create/generate-name.ts';
import { mergeImageConfig } from './create/merge-image-config.ts';
import { adjustLimits } from './limits/adjust-limits.ts';
import { fillVolumes } from './mounts/fill-volumes.ts';
import { removeImageLayers } from './mounts/image-layers.ts';
import type { MountPoint } from './mounts/mount-point.ts';
import { removeAnonymousVolumes } from './mounts/remove-volumes.ts';
import { resolveMounts } from './mounts/resolve-mounts.ts';
import { resolveLinks } from './networks/links.ts';
import { requestedNetworks } from './networks/requested-networks.ts';
import { pathsOf } from './paths.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, initialState } from './record.ts';
import { resolveDonors } from './spec/joined-containers.ts';

export interface Created {
  readonly id: ContainerId;
  readonly warnings: readonly string[];
}

export const CONTAINER_NAME = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/**
 * Makes a container that has not run. The record is committed last: a crash before leaves a writable layer and perhaps a
 * folder that no record knows, and recovery sweeps both; a record always has its layer and its folder.
 * @throws invalid_argument, not_found for the image, conflict for the name.
 */
export async function createContainer(context: ContainersContext, request: CreateRequest): Promise<Created> {
  const { store, options } = context;
  checkConfig(request.config);
  const defaulted = defaultHostConfig(request.hostConfig ?? hostConfigShape.zero(), options);
  checkNetworkMode(request.config, defaulted);
  checkHostConfig(defaulted, options);
  const { hostConfig, warnings } = adjustLimits(
    resolveLinks(context, resolveDonors(context, defaulted)),
    options.limits,
  );
  if (request.config.Image === '') throw invalidArgument('no command specified');
  const image = await context.images.resolve(request.config.Image);
  checkPlatform(request, image);

  // Before a name is kept for it: what cannot be had must not hold one.
  const networks = request.config.NetworkDisabled === true ? [] : requestedNetworks(context, request, hostConfig);
  const id = randomId<ContainerId>();
  const config = completeConfig(request.config, hostConfig, image, id);
  const record: ContainerRecord = {
    id,
    name: reserveName(context, request.name, id),
    createdAtNs: String(nowNs()),
    imageId: image.id,
    topChainId: image.topChainId ?? null,
    ...commandOf(config),
    config,
    hostConfig,
    mounts: [],
    networks,
    sandbox: null,
    hasBeenStartedBefore: false,
    hasBeenManuallyStopped: false,
    restartCount: 0,
    state: initialState,
  };
  await keep(context, record, image);
  publish(context, store.get(id), 'create');
  return { id, warnings: [...warnings, ...warningsOf(request, hostConfig)] };
}

async function keep(context: ContainersContext, record: ContainerRecord, image: Image): Promise<void> {
  const { id } = record;
  const { directory } = pathsOf(context.options, id);
  let mounts: readonly MountPoint[] = [];
  try {
    await Promise.all([
      context.layers.createWritable(id, image.topChainId),
      mkdir(directory, { recursive: true, mode: 0o710 }),
    ]);
    await resolveMounts(context, record, (resolved) => (mounts = resolved));
    await fillVolumes(context, { ...record, mounts });
    context.store.insert({ ...record, mounts });
  } catch (error) {
    context.store.releaseName(record.name, id);
    const undone = await Promise.allSettled([
      context.layers.removeWritable(id),
      rm(directory, { recursive: true, force: true }),
      removeImageLayers(context, mounts),
      removeAnonymousVolumes(context, { id, mounts }),
    ]);
    const failures = undone.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError([error, ...failures], 'the container could not be created');
    throw error;
  } finally {
    context.volumes.release(id);
  }
}

function completeConfig(given: ContainerConfig, host: HostConfig, image: Image, id: ContainerId): ContainerConfig {
  const merged = mergeImageConfig(given, image.config);
  const { Entrypoint: entrypoint, WorkingDir: directory } = merged;
  if (host.UTSMode === 'host' && given.Hostname !== '') {
    throw invalidArgument('conflicting options: hostname and the UTS mode');
  }
  const config = {
    ...merged,
    Hostname: merged.Hostname || (host.NetworkMode === 'host' ? hostname() : shortId(id)),
    // An entrypoint of one empty string resets the image's.
    Entrypoint: entrypoint?.length === 1 && entrypoint[0] === '' ? null : entrypoint,
    WorkingDir: directory === '' ? '' : posix.normalize(directory).replace(/(?<=.)\/$/, ''),
  };
  commandOf(config);
  return config;
}

/** @throws not_found for an image of another platform, invalid_argument for what is none. */
function checkPlatform({ config, platform = '' }: CreateRequest, image: Image): void {
  if (platform === '') return;
  const wanted = parsePlatform(platform);
  const { os, architecture, variant } = image;
  if (wanted.os === os && wanted.architecture === architecture && (wanted.variant ?? variant) === variant) return;
  const text = [wanted.os, wanted.architecture, ...(wanted.variant === undefined ? [] : [wanted.variant])].join('/');
  throw new EngineError(
    'not_found',
    `image with reference ${config.Image} was found but does not match the specified platform: wanted ${text}, actual: ${os}/${architecture}${variant === undefined ? '' : `/${variant}`}`,
  );
}

function reserveName({ store }: ContainersContext, wanted: string, id: ContainerId): string {
  if (wanted !== '') {
    if (!CONTAINER_NAME.test(wanted)) throw invalidContainerName(wanted);
    const name = wanted.replace(/^\//, '');
    store.reserveName(name, id);
    return name;
  }
  const name = generateName((candidate) => store.isNameTaken(candidate)) ?? shortId(id);
  store.reserveName(name, id);
  return name;
}

function warningsOf({ config, hostConfig }: CreateRequest, host: HostConfig): string[] {
  const warnings: string[] = [];
  if ((config.MacAddress ?? '') !== '') {
    warnings.push(
      'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
    );
  }
  if (host.NetworkMode === 'host' && Object.keys(hostConfig?.PortBindings ?? {}).length > 0) {
    warnings.push('Published ports are discarded when using host network mode');
  }
  return warnings;
}
