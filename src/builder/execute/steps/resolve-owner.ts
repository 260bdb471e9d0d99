import type { BuildRun } from '../build-run.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const LARGEST_ID = 2 ** 31 - 1;

/**
 * The owner that `--chown` means, as BuildKit reads it: a user's number alone is the group's number as well, whatever the
 * image says of that user. Undefined where a name has to be looked up.
 */
export function ownerByNumbers(text: string): Owner | undefined {
  const { user, group } = partsOf(text);
  const uid = idOf(user);
  const gid = group === undefined ? uid : idOf(group);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** The same with names looked up in the root file system's own files. @throws internal for unknown names. */
export async function resolveOwner({ backend }: BuildRun, root: string, text: string): Promise<Owner> {
  const known = ownerByNumbers(text);
  if (known !== undefined) return known;
  const { user, group } = partsOf(text);
  const wanted = group === undefined ? user : `${idOf(user) ?? user}:${idOf(group) ?? group}`;
  const { uid, gid } = await backend.containers.resolveUser(root, wanted);
  return { uid, gid };
}

function partsOf(text: string): { readonly user: string; readonly group: string | undefined } {
  const colon = text.indexOf(':');
  return colon < 0 ? { user: text, group: undefined } : { user: text.slice(0, colon), group: text.slice(colon + 1) };
}

/** Root is known everywhere, and is who is meant where nobody is named. */
function idOf(name: string): number | undefined {
  if (name === 'root' || name === '') return 0;
  const id = /^\d+$/.test(name) ? Number(name) : Number.NaN;
  return id <= LARGEST_ID ? id : undefined;
}
