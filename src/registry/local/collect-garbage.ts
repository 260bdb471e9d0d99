import type { ContentStore } from '../../content/content-store.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { type Digest, isDigest } from '../../lib/digest.ts';
import { parseManifest } from '../manifest-document.ts';
import type { RepositoryName } from '../names.ts';
import type { BlobUses } from './blob-uses.ts';
import type { DigestAliases } from './digest-aliases.ts';
import type { PushActivity } from './push-activity.ts';
import type { RepositoryRecords } from './repository-records.ts';

export interface GarbageCollected {
  readonly removed: readonly Digest[];
  readonly bytes: number;
}

export interface GarbageContext {
  readonly content: ContentStore;
  readonly records: RepositoryRecords;
  readonly uses: BlobUses;
  readonly pushes: PushActivity;
  readonly aliases: DigestAliases;
}

/**
 * Removes blobs from repositories none of whose manifests refer to them, and content that no repository has any more.
 * Safe while the registry serves: whatever was used since this began, or is needed by a push, stays for the next time.
 * Interrupted at any point, by the signal as well, it leaves nothing that the next one does not find.
 */
export async function collectGarbage(context: GarbageContext, signal: AbortSignal): Promise<GarbageCollected> {
  const { content, records, uses, pushes } = context;
  const beganMs = Date.now();
  const needed = new Set<Digest>();
  let keepUsesSinceMs = beganMs;
  const repositories = new Set([
    ...(await Array.fromAsync(records.repositories('_manifests'))),
    ...(await Array.fromAsync(records.repositories('_blobs'))),
  ]);
  for (const name of repositories) {
    // What is needed elsewhere is not known then: no content goes.
    if (signal.aborted) return { removed: [], bytes: 0 };
    const referred = await referredBy(context, name);
    const sinceMs = Math.min(beganMs, pushes.neededSinceMs(name));
    keepUsesSinceMs = Math.min(keepUsesSinceMs, sinceMs);
    for (const digest of referred) needed.add(digest);
    for (const digest of await records.blobs(name)) {
      if (referred.has(digest)) continue;
      const gone = await uses.removeUnlessUsed(
        digest,
        sinceMs,
        async () => void (await records.deleteBlob(name, digest)),
      );
      if (!gone) needed.add(digest);
    }
  }
  const removed: Digest[] = [];
  let bytes = 0;
  for await (const { digest, sizeBytes } of content.list()) {
    if (signal.aborted) break;
    if (needed.has(digest)) continue;
    const sinceMs = Math.min(keepUsesSinceMs, pushes.graceStartMs());
    if (!(await uses.removeUnlessUsed(digest, sinceMs, () => content.delete(digest)))) continue;
    removed.push(digest);
    bytes += sizeBytes;
  }
  await removeAliases(context, keepUsesSinceMs);
  uses.forget(keepUsesSinceMs);
  pushes.forget();
  return { removed, bytes };
}

/** The repository's manifests, and what they refer to. A manifest that cannot be read refers to nothing. */
async function referredBy({ content, records, aliases }: GarbageContext, name: RepositoryName): Promise<Set<Digest>> {
  const referred = new Set<Digest>();
  for (const digest of await records.manifests(name)) {
    referred.add(digest);
    try {
      const document = parseManifest(await content.readAll(digest), undefined);
      for (const one of [...document.blobs, ...document.manifests]) {
        const canonical = isDigest(one) ? one : await aliases.resolve(one);
        if (canonical !== undefined) referred.add(canonical);
      }
    } catch (error) {
      if (!isEngineError(error)) throw error;
    }
  }
  return referred;
}

/** Those of content that has gone. */
async function removeAliases({ content, aliases, uses }: GarbageContext, sinceMs: number): Promise<void> {
  for (const alias of await aliases.all()) {
    const digest = await aliases.resolve(alias);
    if (digest === undefined) await aliases.delete(alias);
    else if ((await content.stat(digest)) === undefined) {
      await uses.removeUnlessUsed(digest, sinceMs, () => aliases.delete(alias));
    }
  }
}
