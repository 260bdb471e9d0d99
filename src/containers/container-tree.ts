import { access } from 'node:fs/promises';
import type { ContainerTree } from '../layers/archive/archive-message.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { ContainersContext } from './context.ts';
import { pathsOf } from './paths.ts';
import { isRunning } from './record.ts';

export interface OpenTree {
  readonly tree: ContainerTree;
  /** Must be called, once. Rejects when what was mounted for this could not be unmounted. */
  release(): Promise<void>;
}

/**
 * A container's files, mounted. A container that does not run is mounted for this, and can neither be started nor removed
 * until it is released; recovery unmounts what a crash leaves. One that runs is not held up in any way.
 * @throws not_found.
 */
export async function openTree(context: ContainersContext, id: ContainerId): Promise<OpenTree> {
  const opened = Promise.withResolvers<string>();
  const done = Promise.withResolvers<void>();
  const held = context.locks.run(id, async () => {
    const record = context.store.get(id);
    if (isRunning(record)) return opened.resolve(context.layers.writableDirectories(id).merged);
    const root = await context.layers.mountWritable(id, { volatile: record.hostConfig.AutoRemove });
    opened.resolve(root);
    await done.promise;
    await context.layers.unmountWritable(id);
  });
  // Whoever holds the tree learns of a failure by `release`, and whoever waits for it by `opened`.
  held.catch((error: unknown) => opened.reject(error));
  const root = await opened.promise;
  return {
    tree: { root, mounts: await mountsOf(context, id) },
    release: () => {
      done.resolve();
      return held;
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

/** The files that a container has from outside of its layers; before its first start there are none. */
async function mountsOf({ options }: ContainersContext, id: ContainerId): Promise<ContainerTree['mounts']> {
  const { hosts, hostname, resolvConf } = pathsOf(options, id);
  const all = [
    { source: hosts, target: '/etc/hosts' },
    { source: hostname, target: '/etc/hostname' },
    { source: resolvConf, target: '/etc/resolv.conf' },
  ];
  const there = await Promise.all(
    all.map(({ source }) =>
      access(source).then(
        () => true,
        () => false,
      ),
    ),
  );
  return all.filter((_, index) => there[index]);
}
