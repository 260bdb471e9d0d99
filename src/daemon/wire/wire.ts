import { join } from 'node:path';
import { type Containers, createContainers } from '../../containers/containers.ts';
import type { ContainersOptions } from '../../containers/context.ts';
import { isRunning } from '../../containers/record.ts';
import type { ContentStore } from '../../content/content-store.ts';
import { DirectoryContentStore } from '../../content/directory-content-store.ts';
import { EventBus, KEPT_EVENTS } from '../../events/event-bus.ts';
import { EventJournal } from '../../events/event-journal.ts';
import type { ImageUser } from '../../images/image-context.ts';
import { LocalImages } from '../../images/local-images.ts';
import type { LayerStore } from '../../layers/layer-store.ts';
import { createLayers } from '../../layers/overlay-layer-store.ts';
import type { ImageId } from '../../lib/digest.ts';
import { createNetworks } from '../../networks/create-networks.ts';
import type { Networks } from '../../networks/networks.ts';
import { createRuntime } from '../../runtime/create-runtime.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { DistributionBackend } from '../../server/routes/distribution/backend.ts';
import { StateDatabase } from '../../state/database.ts';
import { Cgroups } from '../../sys/cgroups/cgroups.ts';
import { readLimitSupport } from '../../sys/cgroups/limit-support.ts';
import { hasJournal, isApparmorEnabled } from '../../sys/host-facts.ts';
import { LinuxRouteNetlink } from '../../sys/netlink/linux-route-netlink.ts';
import { LinuxNfTables } from '../../sys/nf-tables/linux-nf-tables.ts';
import { LinuxNamespaceSockets } from '../../sys/sockets/linux-namespace-sockets.ts';
import { LinuxPortSockets } from '../../sys/sockets/linux-port-sockets.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import type { Volumes } from '../../volumes/volumes.ts';
import type { DaemonLog } from '../log.ts';
import type { DaemonConfig } from '../options/config.ts';
import { type ImageSharing, lazyDistribution } from './lazy-distribution.ts';
import { logReader } from './log-reader.ts';
import { type LazyBuilder, wireBuilder } from './wire-builder.ts';
import { wireVolumes } from './wire-volumes.ts';

/** The engine's parts, each made once. Nothing outside this folder knows a concrete class. */
export interface Engine {
  readonly builder: LazyBuilder;
  readonly state: StateDatabase;
  readonly content: ContentStore;
  readonly events: EventBus;
  readonly layers: LayerStore;
  readonly images: LocalImages;
  readonly distribution: DistributionBackend & ImageSharing;
  readonly runtime: Runtime;
  readonly networks: Networks;
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly cgroupVersion: '1' | '2';
}

/** Puts the engine together. Reads state and prepares folders; what an earlier daemon left is untouched until `recover`. */
export async function wireEngine(config: DaemonConfig, syscalls: Syscalls, log: DaemonLog): Promise<Engine> {
  const state = StateDatabase.open(join(config.dataRoot, 'state.db'));
  const events = new EventBus(
    new EventJournal(join(config.dataRoot, 'events.jsonl'), KEPT_EVENTS, (message) => log.warn(message)),
  );
  const content = new DirectoryContentStore(join(config.dataRoot, 'content'));
  const layersAndMaker = createLayers({
    root: join(config.dataRoot, 'layers'),
    content,
    database: state,
    syscalls,
    warn: (message) => log.warn(message),
  });
  const layers = layersAndMaker.store;
  const parts = { database: state, content, layers };
  const images = new LocalImages({
    ...parts,
    events,
    users: { containersUsing: (imageId) => usersOf(containers, imageId) },
  });
  const volumes = wireVolumes(config, { state, events, syscalls, log, layers, users: () => containers });
  const distribution = lazyDistribution({ ...parts, images: images.forRegistries, settings: config.registries });
  const runtime = await createRuntime({
    execRoot: config.execRoot,
    syscalls,
    cgroupParent: cgroupParentOf(config),
    log: (message) => log.info(message),
  });
  const { version: cgroupVersion } = await Cgroups.detect();
  const network = wireNetworks(config, { state, events, syscalls, log });
  const containers = await createContainers({
    state,
    runtime,
    layers,
    images,
    network,
    volumes,
    events,
    logs: logReader,
    options: containerOptions(config, cgroupVersion === '2' ? 2 : 1, log),
  });
  const builder = wireBuilder(config, { state, images, distribution, containers, layers: layersAndMaker, events, log });
  return {
    builder,
    state,
    content,
    events,
    layers,
    images,
    distribution,
    runtime,
    networks: network,
    containers,
    volumes,
    cgroupVersion,
  };
}

function containerOptions(config: DaemonConfig, cgroupVersion: 1 | 2, log: DaemonLog): ContainersOptions {
  return {
    directory: join(config.dataRoot, 'containers'),
    ociRuntimes: config.runtimes,
    defaultRuntime: config.defaultRuntime,
    defaultLog: { driver: config.logDriver, options: config.logOptions },
    cgroupParent: cgroupParentOf(config),
    cgroupVersion,
    limits: readLimitSupport(cgroupVersion),
    apparmor: isApparmorEnabled(),
    journald: hasJournal(),
    logError: (message, error) => log.error(message, error),
  };
}

function usersOf(containers: Containers, imageId: ImageId): ImageUser[] {
  return containers
    .records()
    .filter((record) => record.imageId === imageId)
    .map((record) => ({ containerId: record.id, isRunning: isRunning(record) }));
}

/** A control group of this daemon's own, so that several on one host never touch each other's containers. */
function cgroupParentOf({ tag }: DaemonConfig): string {
  return tag === '' ? '/skiff' : `/skiff-${tag}`;
}

function wireNetworks(
  config: DaemonConfig,
  parts: { state: StateDatabase; events: EventBus; syscalls: Syscalls; log: DaemonLog },
): Networks {
  return createNetworks({
    execRoot: config.execRoot,
    state: parts.state,
    syscalls: parts.syscalls,
    netlink: new LinuxRouteNetlink(),
    nfTables: new LinuxNfTables(),
    portSockets: new LinuxPortSockets(),
    loadTrafficProgram: async (...program) =>
      (await import('../../sys/bpf/linux-bpf.ts')).loadTrafficProgram(...program),
    namespaceSockets: new LinuxNamespaceSockets(),
    events: parts.events,
    warn: (message) => parts.log.warn(message),
    daemonTag: config.tag,
    ...(config.bip === undefined ? {} : { bip: config.bip }),
    pools: config.addressPools,
    dns: config.dns,
    icc: config.interContainerCommunication,
    bindAddress: config.defaultBindAddress,
  });
}
