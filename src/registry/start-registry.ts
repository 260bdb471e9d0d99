import type { CachedRegistry } from './cache/cached-registry.ts';
import type { Upstream } from './cache/upstream.ts';
import { LocalRegistry } from './local/local-registry.ts';
import { type ServedRegistry, type ServeOptions, serveRegistry } from './serve-registry.ts';

const HOUR_MS = 3600 * 1000;
/** Between two looks at the uploads, however soon they expire. */
const SHORTEST_MS = 100;

export interface RegistryOptions extends Omit<ServeOptions, 'content' | 'writable'> {
  /** A folder that is the registry's own; it is made where it is missing. One registry at a time may use it. */
  readonly root: string;
  /** Nothing can be pushed or deleted then. */
  readonly readOnly?: boolean;
  /** Another registry, whose content is served and kept as it is asked for; nothing can be pushed or deleted then. */
  readonly upstream?: Upstream;
  /** How long its content is kept when nobody asks for it, by the collection of garbage; 0 for ever. A week by default. */
  readonly cacheTtlMs?: number;
  /** How many bytes of its content are kept: what was used longest ago goes first. As much as there is by default. */
  readonly cacheLimitBytes?: number | undefined;
  /** How often garbage is collected; 0 for never, which uploads expire without. */
  readonly gcIntervalMs?: number;
  /** What nothing refers to is kept for this long, and longer while a push may need it. */
  readonly gcGraceMs?: number;
  /** An upload that nothing was added to for this long is given up; 0 for never. */
  readonly uploadExpiryMs?: number;
  readonly logInfo?: (message: string) => void;
}

export interface Registry extends ServedRegistry {
  /** Now, besides the times that it happens by itself. */
  collectGarbage(): Promise<void>;
}

/**
 * Starts a registry over a folder: to push to, to pull from, and to look through and clean up by the OCI distribution
 * specification 1.1. It may be killed at any moment: what it has answered is kept, and uploads can be gone on with.
 * @throws conflict for an address in use
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const uploadExpiryMs = options.uploadExpiryMs ?? 24 * HOUR_MS;
  const local = new LocalRegistry({ root: options.root, graceMs: options.gcGraceMs ?? HOUR_MS, uploadExpiryMs });
  await local.recover();
  const cache = options.upstream === undefined ? undefined : await cacheOf(options.upstream, local, options);
  const served = await serveRegistry({
    ...options,
    content: cache ?? local,
    writable: options.readOnly === true || cache !== undefined ? undefined : local,
  });
  const cacheTtlMs = options.cacheTtlMs ?? 7 * 24 * HOUR_MS;
  const ending = new AbortController();
  const collectGarbage = async (): Promise<void> => {
    if (cacheTtlMs > 0) await cache?.expire(Date.now() - cacheTtlMs);
    const { removed, bytes } = await local.collectGarbage(ending.signal);
    cache?.forget(removed);
    if (removed.length > 0) options.logInfo?.(`garbage collected: ${removed.length} blobs, ${bytes} bytes`);
  };
  const stopCollecting = repeat(options.gcIntervalMs ?? HOUR_MS, () =>
    collectGarbage().catch((error: unknown) => options.logError('garbage was not collected', error)),
  );
  const expireEveryMs = uploadExpiryMs === 0 ? 0 : Math.min(Math.max(uploadExpiryMs, SHORTEST_MS), HOUR_MS);
  const stopExpiring = repeat(expireEveryMs, () =>
    local.expireUploads().catch((error: unknown) => options.logError('uploads were not expired', error)),
  );
  return {
    address: served.address,
    collectGarbage,
    close: async (graceMs) => {
      ending.abort();
      await Promise.all([stopCollecting(), stopExpiring(), served.close(graceMs)]);
    },
  };
}

/** Loaded by registries that cache another alone. */
async function cacheOf(
  upstream: Upstream,
  local: LocalRegistry,
  { logError, cacheLimitBytes: limitBytes }: RegistryOptions,
): Promise<CachedRegistry> {
  const [{ CachedRegistry }, { CacheSpace }] = await Promise.all([
    import('./cache/cached-registry.ts'),
    import('./cache/cache-space.ts'),
  ]);
  await local.sweepUploads();
  const space = limitBytes === undefined ? undefined : await CacheSpace.open({ local, limitBytes, logError });
  return new CachedRegistry({ local, upstream, space, logError });
}

/** More than this is none at all to `setTimeout`. */
const LONGEST_MS = 2 ** 31 - 1;

/** Runs `work` again and again, with that much time between; resolves the stop when it does not run any more. */
function repeat(intervalMs: number, work: () => Promise<void>): () => Promise<void> {
  if (intervalMs === 0) return () => Promise.resolve();
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(
      () => {
        running = work().then(wait);
      },
      Math.min(intervalMs, LONGEST_MS),
    ).unref();
  };
  wait();
  return async () => {
    clearTimeout(timer);
    await running;
    clearTimeout(timer);
  };
}
