import type { ContainerTree } from '../layers/archive/archive-message.ts';
import type { ContainerId } from '../lib/ids.ts';
import { type HeldNamespace, holdMountNamespace } from '../runtime/mount-namespace.ts';
import type { HeldPath } from '../volumes/hold-part.ts';
import type { ContainersContext } from './context.ts';
import { releaseTreeMounts, treeMounts } from './mounts/tree-mounts.ts';
import { type ContainerRecord, isRunning } from './record.ts';

export interface OpenTree {
  readonly tree: ContainerTree;
  /** Must be called, once. Rejects when what was mounted for this could not be unmounted. */
  release(): Promise<void>;
}

export interface TreeOptions {
  /** Leave out what is mounted in the container. */
  readonly bare?: boolean;
}

/**
 * A container's files as it sees them. One that runs is looked at from inside and not held up in any way. One that does
 * not is mounted for this, with its volumes, and can neither be started nor removed until it is released; recovery
 * unmounts what a crash leaves.
 * @throws not_found, internal for a volume that cannot be mounted.
 */
export async function openTree(
  context: ContainersContext,
  id: ContainerId,
  options: TreeOptions = {},
): Promise<OpenTree> {
  const record = context.store.get(id);
  const namespace = await namespaceOf(record);
  if (namespace === undefined) return openStopped(context, id, options);
  return {
    tree: {
      root: context.layers.writableDirectories(id).merged,
      namespace: namespace.path,
      mounts: record.mounts
        .filter(({ type }) => type !== 'tmpfs')
        .map(({ destination, writable }) => ({ source: '', target: destination, writable })),
    },
    release: () => namespace.close(),
  };
}

async function namespaceOf(record: ContainerRecord): Promise<HeldNamespace | undefined> {
  const { pid } = record.state;
  return isRunning(record) && pid > 0 ? holdMountNamespace(pid, record.id) : undefined;
}

async function openStopped(
  context: ContainersContext,
  id: ContainerId,
  { bare = false }: TreeOptions,
): Promise<OpenTree> {
  const opened = Promise.withResolvers<ContainerTree>();
  const done = Promise.withResolvers<void>();
  const holding = context.locks.run(id, async () => {
    const record = context.store.get(id);
    const held: HeldPath[] = [];
    try {
      const root = await context.layers.mountWritable(id, { volatile: record.hostConfig.AutoRemove });
      opened.resolve({ root, mounts: bare ? [] : await treeMounts(context, record, held) });
      await done.promise;
    } finally {
      for (const path of held) await path.close();
      await releaseTreeMounts(context, record);
      await context.layers.unmountWritable(id);
    }
  });
  // Whoever holds the tree learns of a failure by `release`, and whoever waits for it by `opened`.
  holding.catch((error: unknown) => opened.reject(error));
  return {
    tree: await opened.promise,
    release: () => {
      done.resolve();
      return holding;
    },
  };
}

/** Runs `work` on a container's files, and releases them after it. */
export async function withTree<T>(
  context: ContainersContext,
  id: ContainerId,
  work: (open: OpenTree) => Promise<T>,
): Promise<T> {
  const open = await openTree(context, id);
  try {
    return await work(open);
  } finally {
    await open.release();
  }
}
