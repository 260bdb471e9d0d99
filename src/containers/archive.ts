import { posix } from 'node:path';
import { EngineError, isEngineError } from '../errors/engine-error.ts';
import type { ArchiveSource, ContainerTree, DirectOutput, PathStat } from '../layers/archive/archive-message.ts';
import { closingIterable } from '../lib/closing-iterable.ts';
import { lookAtPath } from '../runtime/rootfs/look-at-path.ts';
import { resolveUser } from '../runtime/rootfs/user.ts';
import { openTree, withTree } from './container-tree.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import type { ContainerRecord } from './record.ts';

export type { ArchiveSource, DirectOutput, PathStat } from '../layers/archive/archive-message.ts';

export interface WriteOptions {
  /** Refuse to put a directory in the place of anything else, and the other way round. */
  readonly keepKinds: boolean;
  /** Everything shall belong to the container's user, where it has one. */
  readonly ownByUser: boolean;
}

/** @throws not_found for the container or the path, internal for a path through what is no directory. */
export async function statContainerPath(context: ContainersContext, ref: string, path: string): Promise<PathStat> {
  const record = context.store.resolve(ref);
  const { id } = record;
  const wanted = absolute(path);
  const found = await quickLook(record, wanted);
  if (found === 'absent') throw pathNotFound(ref, path);
  if (found !== undefined) return { ...found, name: posix.basename(wanted) || '/', linkTarget: '' };
  return withTree(context, id, ({ tree }) => naming(ref, path, () => context.layers.statPath(tree, absolute(path))));
}

/**
 * The archive of a file, or of a directory with all that is in it. A container that does not run cannot be started until
 * the archive has been read or ended by `return`. @throws as `statContainerPath`.
 */
export async function readContainerPath(
  context: ContainersContext,
  ref: string,
  path: string,
): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }> {
  const record = context.store.resolve(ref);
  const open = await openTree(context, record.id);
  try {
    const { stat, archive } = await naming(ref, path, () => context.layers.readPath(open.tree, absolute(path)));
    publish(context, record, 'archive-path');
    return { stat, archive: closingIterable(archive, () => open.release()) };
  } catch (error) {
    await open.release();
    throw error;
  }
}

/**
 * As `readContainerPath`, without a byte of it passing through the daemon; nobody else writes to the connection until this
 * resolves. @throws as `statContainerPath`, before `output.begin`; internal for an archive that broke off.
 */
export async function sendContainerPath(
  context: ContainersContext,
  ref: string,
  path: string,
  output: DirectOutput,
): Promise<void> {
  const record = context.store.resolve(ref);
  await withTree(context, record.id, ({ tree }) =>
    naming(ref, path, () =>
      context.layers.sendPath(tree, absolute(path), {
        socket: output.socket,
        begin: (stat) => {
          publish(context, record, 'archive-path');
          return output.begin(stat);
        },
      }),
    ),
  );
}

/**
 * Unpacks an archive, which may be still in its client's connection, into a directory of a container. What was unpacked
 * before a failure stays.
 * @throws as `statContainerPath`; internal for a read-only root or mount.
 */
export async function writeContainerPath(
  context: ContainersContext,
  ref: string,
  path: string,
  archive: ArchiveSource,
  { keepKinds, ownByUser }: WriteOptions,
): Promise<void> {
  const record = context.store.resolve(ref);
  await withTree(context, record.id, async ({ tree }) => {
    await naming(ref, path, async () => {
      const owner = ownByUser ? await ownerOf(record, tree) : undefined;
      await context.layers.writePath(tree, absolute(path), archive, {
        readonlyRoot: record.hostConfig.ReadonlyRootfs,
        keepKinds,
        owner,
      });
    });
  });
  publish(context, record, 'extract-to-dir');
}

/** `docker cp` looks at every path first: where a look from here does, no process is started for it. */
async function quickLook({ id, state }: ContainerRecord, path: string): ReturnType<typeof lookAtPath> {
  const asksForDirectory = path !== '/' && /\/\.?$/.test(path);
  if (state.pid === 0 || asksForDirectory) return undefined;
  return lookAtPath(state.pid, id, path);
}

async function ownerOf({ config }: ContainerRecord, { root }: ContainerTree) {
  if (config.User === '') return undefined;
  const { uid, gid } = await resolveUser(root, config.User);
  return { uid, gid };
}

/** Cleaned and with a slash before it; one at its end, or `/.`, stays, since it means the directory itself. */
function absolute(path: string): string {
  const clean = posix.join('/', path).replace(/(?<=.)\/$/, '');
  if (posix.basename(path) === '.') return clean === '/' ? '/.' : `${clean}/.`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}

async function naming<T>(ref: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isEngineError(error, 'not_found')) throw error;
    throw pathNotFound(ref, path, error);
  }
}

function pathNotFound(ref: string, path: string, cause?: unknown): EngineError {
  return new EngineError('not_found', `Could not find the file ${path} in container ${ref}`, { cause });
}
