import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildCacheResponse } from '../../api-types/build.ts';
import type { CacheUsage } from '../../builder/cache/prune-cache.ts';
import type { Builder } from '../../builder/execute/builder.ts';
import type { Containers } from '../../containers/containers.ts';
import type { EventBus } from '../../events/event-bus.ts';
import type { LocalImages } from '../../images/local-images.ts';
import type { Layers } from '../../layers/overlay-layer-store.ts';
import { formatDate, formatNs } from '../../lib/timestamps.ts';
import type { BuildBackend } from '../../server/routes/build/backend.ts';
import type { DistributionBackend } from '../../server/routes/distribution/backend.ts';
import type { StateDatabase } from '../../state/database.ts';
import type { DaemonLog } from '../log.ts';
import type { DaemonConfig } from '../options/config.ts';
import { builderBackend } from './builder-backend.ts';

/** Builds, whose code is loaded when the first one is asked for: most daemons idle most of the time. */
export interface LazyBuilder extends BuildBackend {
  /** What the cache holds, the longest unused first. */
  usage(): Promise<BuildCacheResponse[]>;
  /** What builds of an earlier daemon left goes; before images are swept. */
  recover(): Promise<void>;
  /** Ends the builds under way; resolves when nothing of them is left. */
  close(): Promise<void>;
}

export interface BuilderParts {
  readonly state: StateDatabase;
  readonly images: LocalImages;
  readonly distribution: DistributionBackend;
  readonly containers: Containers;
  readonly layers: Layers;
  readonly events: EventBus;
  readonly log: DaemonLog;
}

export function wireBuilder(config: DaemonConfig, parts: BuilderParts): LazyBuilder {
  const root = join(config.dataRoot, 'builder');
  const secretDirectory = join(config.execRoot, 'build');
  let loading: Promise<Builder> | undefined;
  const load = () => {
    loading ??= loadBuilder(config, parts, { root, secretDirectory });
    // Who asked is told of a failure; whoever asks next tries again.
    loading.catch(() => (loading = undefined));
    return loading;
  };
  // A builder that could not be loaded has nothing to end; whoever asked for it was told.
  const loaded = async () => loading?.catch(() => undefined);
  return {
    build: async (request, id, progress) => (await load()).build(request, id, progress),
    cancel: (id) => void loaded().then((builder) => builder?.cancel(id)),
    rootfs: async (image) => (await load()).rootfs(image),
    prune: async (request) => {
      const pruned = await (await load()).prune(request);
      const reclaimed = String(pruned.reclaimedBytes);
      parts.events.publish({ type: 'builder', action: 'prune', actorId: '', attributes: { reclaimed } });
      return pruned;
    },
    usage: async () => (await (await load()).usage()).map(shownUsage),
    recover: async () => {
      parts.layers.maker.forgetUnsynced();
      await Promise.all([
        rm(join(root, 'work'), { recursive: true, force: true }),
        rm(secretDirectory, { recursive: true, force: true }),
      ]);
      if (parts.layers.maker.hasUnsynced()) await (await load()).synced();
    },
    close: async () => {
      await (await loaded())?.close();
    },
  };
}

async function loadBuilder(
  config: DaemonConfig,
  parts: BuilderParts,
  places: { readonly root: string; readonly secretDirectory: string },
): Promise<Builder> {
  const [{ Builder }, { BuildCacheState }] = await Promise.all([
    import('../../builder/execute/builder.ts'),
    import('../../state/build-cache.ts'),
  ]);
  return Builder.open({
    ...places,
    backend: builderBackend(parts),
    state: new BuildCacheState(parts.state),
    compileCache: join(config.dataRoot, 'layers', 'cache'),
    keepBytes: config.builderKeepBytes,
    contentRoot: join(config.dataRoot, 'content'),
    warn: (message) => parts.log.warn(message),
  });
}

function shownUsage({ entry, sizeBytes, inUse, shared }: CacheUsage): BuildCacheResponse {
  const { id, parentId, kind, description, createdNs, lastUsedMs, usageCount } = entry;
  return {
    ID: id,
    ...(parentId === undefined ? {} : { Parents: [parentId] }),
    Type: kind,
    Description: description,
    InUse: inUse,
    Shared: shared,
    Size: sizeBytes,
    CreatedAt: formatNs(createdNs),
    LastUsedAt: formatDate(new Date(lastUsedMs)),
    UsageCount: usageCount,
  };
}
