import { imageInUse, nameInUse } from '../errors/images.ts';
import type { ChainId, ImageId } from '../lib/digest.ts';
import { shortId } from '../lib/ids.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import { familiarReference, fullName, parseReference, withDefaultTag } from '../lib/image-reference.ts';
import type { ImageContext, ImageUser } from './image-context.ts';
import { publishImageDeleted, publishImageEvent } from './image-events.ts';
import type { Image } from './image-store.ts';

export type RemovedRow = { readonly untagged: string } | { readonly deleted: ImageId | ChainId };

export interface RemoveOptions {
  /** Also with several names, or with stopped containers using it. */
  readonly force: boolean;
  /** Also parents that nothing else needs. */
  readonly prune: boolean;
}

interface Conflict {
  /** `force` does not help. */
  readonly isHard: boolean;
  readonly isUse: boolean;
  readonly reason: string;
}

/**
 * Takes a name from an image, and removes the image with its last one; by ID, all of its names at once. What was done is
 * returned row by row as Docker tells it. The files of layers go after the image's row: a crash in between leaves
 * only what the next start sweeps.
 * @throws not_found; conflict with Docker's texts when containers or other images need it.
 */
export async function removeImage(context: ImageContext, image: string, options: RemoveOptions): Promise<RemovedRow[]> {
  const { catalog, state } = context;
  const document = await catalog.resolve(image);
  const rows: RemovedRow[] = [];
  const names = state.namesOf(document.id).map(parseReference);
  if (isIdPrefix(document.id, image)) {
    if (isSingleReference(names)) {
      const conflict = findConflict(context, document.id, { soft: !options.force, names: false });
      if (conflict !== undefined) throw conflictError(document.id, conflict);
      untagAll(context, document, rows);
    }
    await deleteImage(context, document, { ...options, isQuiet: false }, rows);
    return rows;
  }

  if (!options.force && isSingleReference(names)) {
    const [user] = context.users.containersUsing(document.id);
    if (user !== undefined) throw nameInUse(image, shortId(user.containerId), shortId(document.id));
  }
  untagByName(context, document, withDefaultTag(parseReference(image)), rows);
  if (state.namesOf(document.id).length === 0) {
    await deleteImage(context, document, { ...options, isQuiet: true }, rows);
  }
  return rows;
}

/** Digests of a repository go with its last tag. */
function untagByName(context: ImageContext, image: Image, name: ImageReference, rows: RemovedRow[]): void {
  untag(context, image, name, rows);
  if (name.digest !== undefined) return;
  const rest = context.state
    .namesOf(image.id)
    .map(parseReference)
    .filter((other) => other.name === name.name);
  if (rest.some(({ digest }) => digest === undefined)) return;
  for (const digest of rest) untag(context, image, digest, rows, false);
}

function untagAll(context: ImageContext, image: Image, rows: RemovedRow[]): void {
  for (const name of context.state.namesOf(image.id)) untag(context, image, parseReference(name), rows);
}

function untag(
  { state, events }: ImageContext,
  image: Image,
  name: ImageReference,
  rows: RemovedRow[],
  tell = true,
): void {
  state.removeName(fullName(name));
  if (tell) publishImageEvent(events, 'untag', image);
  rows.push({ untagged: familiarReference(name) });
}

async function deleteImage(
  context: ImageContext,
  image: Image,
  options: RemoveOptions & { readonly isQuiet: boolean },
  rows: RemovedRow[],
): Promise<void> {
  const { state, events, housekeeping, catalog } = context;
  const conflict = findConflict(context, image.id, { soft: !options.force, names: true });
  if (conflict !== undefined) {
    // After a name was taken away, an image that is still in use, or that others were made from, stays without complaint.
    if (options.isQuiet && (conflict.isUse || isNeeded(context, image.id))) return;
    throw conflictError(image.id, conflict);
  }
  const row = state.get(image.id);
  untagAll(context, image, rows);
  state.remove(image.id);
  publishImageDeleted(events, image.id);
  rows.push({ deleted: image.id });
  const layers = row?.topChainId === undefined ? [] : await housekeeping.release(row.topChainId);
  for (const { chainId } of layers) rows.push({ deleted: chainId });
  await housekeeping.discard([image.id]);

  if (!options.prune || row?.parentId === undefined || state.get(row.parentId) === undefined) return;
  const parent = await catalog.get(row.parentId);
  await deleteImage(context, parent, { force: false, prune: true, isQuiet: true }, rows);
}

/** By other names, or by images that were made from it. */
function isNeeded({ state }: ImageContext, id: ImageId): boolean {
  return state.namesOf(id).length > 0 || state.children(id).length > 0;
}

function findConflict(
  { state, users }: ImageContext,
  id: ImageId,
  check: { readonly soft: boolean; readonly names: boolean },
): Conflict | undefined {
  if (state.children(id).length > 0) {
    return { isHard: true, isUse: false, reason: 'image has dependent child images' };
  }
  const using = users.containersUsing(id);
  const running = using.find(({ isRunning }) => isRunning);
  if (running !== undefined) return inUse(running, true);
  if (!check.soft) return undefined;
  if (check.names && state.namesOf(id).length > 0) {
    return { isHard: false, isUse: false, reason: 'image is referenced in multiple repositories' };
  }
  const [stopped] = using;
  return stopped === undefined ? undefined : inUse(stopped, false);
}

function inUse({ containerId }: ImageUser, isRunning: boolean): Conflict {
  const reason = `image is being used by ${isRunning ? 'running' : 'stopped'} container ${shortId(containerId)}`;
  return { isHard: isRunning, isUse: true, reason };
}

function conflictError(id: ImageId, { isHard, reason }: Conflict): Error {
  return imageInUse(shortId(id), !isHard, reason);
}

/** At most one tag, and no digests but of the same repository. */
function isSingleReference(names: readonly ImageReference[]): boolean {
  if (names.length <= 1) return true;
  const tags = names.filter(({ digest }) => digest === undefined);
  return tags.length <= 1 && new Set(names.map(({ name }) => name)).size === 1;
}

function isIdPrefix(id: ImageId, text: string): boolean {
  return id.startsWith(text) || id.slice('sha256:'.length).startsWith(text);
}
