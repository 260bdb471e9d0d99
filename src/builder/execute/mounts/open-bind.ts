import { randomBytes } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import { resolveLinks } from '../../../layers/archive/resolve-links.ts';
import { matchPaths } from '../../../layers/spool/match-paths.ts';
import { type ContainerId, randomId } from '../../../lib/ids.ts';
import { hasErrorCode } from '../../../lib/system-error.ts';
import { byteStringOf, textOf } from '../../../lib/tar/byte-string.ts';
import type { SpoolTree } from '../../context/spool-tree.ts';
import type { BindMount } from '../../plan/build-plan.ts';
import type { BuildRun } from '../build-run.ts';
import { originOf, type TreeOrigin } from '../file-trees.ts';
import { openRoot } from './open-root.ts';
import { bindMount, type OpenedMount } from './opened-mount.ts';

type Spooled = Extract<TreeOrigin, { readonly kind: 'spool' }>;

/** Files of another tree, by the folder that they were made in. A step that may write to them has a copy of its own. */
export async function openBind(run: BuildRun, mount: BindMount): Promise<OpenedMount> {
  const origin = await originOf(run, mount.from);
  return origin.kind === 'layers' ? openLayers(run, mount, origin.top) : openSpooled(run, mount, origin);
}

/** What the step writes goes to a layer of its own, which is lost with it. */
async function openLayers(
  run: BuildRun,
  { source, target, writable }: BindMount,
  top: Parameters<typeof openRoot>[2],
): Promise<OpenedMount> {
  const { layers } = run.backend;
  const id = randomId<ContainerId>();
  const close = () => layers.removeWritable(id);
  await layers.createWritable(id, top);
  try {
    const root = await openRoot(layers, id, top);
    const path = join(root, resolveLinks(root, source));
    const isDirectory = await isDirectoryAt(path);
    if (isDirectory === undefined) throw sourceNotFound(source);
    return { mount: bindMount(path, target, !writable), stub: isDirectory ? 'directory' : 'file', close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function isDirectoryAt(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function sourceNotFound(source: string): EngineError {
  return invalidArgument(`failed to compute cache key: ${JSON.stringify(source)}: not found`);
}

async function openSpooled(
  run: BuildRun,
  { from, source, target, writable }: BindMount,
  { tree }: Spooled,
): Promise<OpenedMount> {
  const skip = skippedIn(run, from);
  const path = findMounted(tree, source, skip);
  const root = await (writable ? makeFiles(run, tree, path, skip) : sharedFiles(run, tree, path, skip));
  const stub = tree.kindOf(path) === 'directory' ? 'directory' : 'file';
  const mount = bindMount(join(root, textOf(path)), target, !writable);
  return writable ? { mount, stub, close: () => rm(root, { recursive: true, force: true }) } : { mount, stub };
}

function skippedIn(run: BuildRun, from: BindMount['from']): ReadonlySet<string> {
  return from.kind === 'context' ? run.ignored : new Set();
}

/** Where a source really is, links followed; undefined where there is nothing, or nothing that the build may see. */
function pathIn(tree: SpoolTree, source: string, skip: ReadonlySet<string>): string | undefined {
  const [match] = matchPaths(tree, { pattern: byteStringOf(source), isPattern: false });
  return match === undefined || skip.has(match.path) ? undefined : match.path;
}

/** @throws invalid_argument where nothing is */
export function findMounted(tree: SpoolTree, source: string, skip: ReadonlySet<string>): string {
  const path = pathIn(tree, source, skip);
  if (path === undefined) throw sourceNotFound(source);
  return path;
}

/** Made once for all steps of a build, by the trees of that build; they go with the build's folder. */
const SHARED = new WeakMap<SpoolTree, Map<string, Promise<string>>>();

function sharedFiles(run: BuildRun, tree: SpoolTree, path: string, skip: ReadonlySet<string>): Promise<string> {
  const known = SHARED.get(tree) ?? new Map<string, Promise<string>>();
  SHARED.set(tree, known);
  const made = known.get(path) ?? makeFiles(run, tree, path, skip);
  known.set(path, made);
  return made;
}

/** What is at one path of a tree, made on disk below a new folder, under the same path. */
async function makeFiles(run: BuildRun, tree: SpoolTree, path: string, skip: ReadonlySet<string>): Promise<string> {
  const root = join(run.directory, `files-${randomBytes(8).toString('hex')}`);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const under = tree.kindOf(path) === 'directory' ? path : path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const pick = {
    spool: tree.files,
    source: tree.indexPath(path),
    name: posix.basename(path),
    under,
    skip: [...skip].map((skipped) => tree.indexPath(skipped)),
    unpack: false,
  };
  const target = { picks: [pick], destination: byteStringOf('/'), owner: undefined, mode: undefined };
  await run.backend.maker.fill(root, target, run.signal);
  return root;
}

/** What of a bind mount a step's result depends on. */
export async function bindInput(run: BuildRun, { from, source, target, writable }: BindMount): Promise<unknown> {
  const origin = await originOf(run, from);
  if (origin.kind === 'layers') return ['bind', target, source, writable, origin.top ?? null];
  const skip = skippedIn(run, from);
  const path = pathIn(origin.tree, source, skip);
  const owners = origin.ownersCount;
  return ['bind', target, source, writable, path === undefined ? null : origin.tree.digest(path, skip, { owners })];
}
