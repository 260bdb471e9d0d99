import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { resolveInRoot } from '../../sys/paths/rooted-path.ts';
import { type GroupEntry, type PasswdEntry, parseGroup, parsePasswd } from './account-files.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** The group itself first, as Docker has it. */
  readonly additionalGids: readonly number[];
}

const LARGEST_ID = 2 ** 31 - 1;
/** Account files beyond this are no account files, and an image must not fill the daemon's memory. */
const LARGEST_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Looks a container's user up in its own /etc/passwd and /etc/group. `user` is empty (root), a name or a number, with
 * an optional `:group`; `groups` are further ones. Numbers need no entry.
 * @throws internal with Docker's texts for names without an entry and numbers out of range.
 */
export async function resolveUser(rootfs: string, user: string, groups: readonly string[] = []): Promise<ResolvedUser> {
  const [passwd, group] = await Promise.all([
    readAccountFile(rootfs, '/etc/passwd'),
    readAccountFile(rootfs, '/etc/group'),
  ]);
  return lookUp(parsePasswd(passwd), parseGroup(group), user, groups);
}

export function lookUp(
  passwd: readonly PasswdEntry[],
  group: readonly GroupEntry[],
  user: string,
  groups: readonly string[],
): ResolvedUser {
  const separator = user.indexOf(':');
  const userPart = separator < 0 ? user : user.slice(0, separator);
  const groupPart = separator < 0 ? '' : user.slice(separator + 1);
  const entry = findUser(passwd, userPart);
  const uid = entry?.uid ?? numericId(userPart, 'user', 'passwd');
  const memberships = entry === undefined ? [] : group.filter(({ members }) => members.includes(entry.name));
  const gid = groupPart === '' ? (entry?.gid ?? 0) : groupId(group, groupPart);
  const further = groupPart === '' ? memberships.map((member) => member.gid) : [];
  return { uid, gid, additionalGids: [gid, ...further, ...new Set(groups.map((name) => addedGroup(group, name)))] };
}

/** Without a user it is root, by number. */
function findUser(passwd: readonly PasswdEntry[], wanted: string): PasswdEntry | undefined {
  const number = wanted === '' ? 0 : integer(wanted);
  return passwd.find(({ name, uid }) => (wanted !== '' && name === wanted) || uid === number);
}

function groupId(group: readonly GroupEntry[], wanted: string): number {
  const number = integer(wanted);
  const entry = group.find(({ name, gid }) => name === wanted || gid === number);
  return entry?.gid ?? numericId(wanted, 'group', 'group');
}

function addedGroup(group: readonly GroupEntry[], wanted: string): number {
  const number = integer(wanted);
  const entry = group.find(({ name, gid }) => name === wanted || gid === number);
  if (entry !== undefined) return entry.gid;
  if (number === undefined) throw internalError(`Unable to find group ${wanted}: no matching entries in group file`);
  return inRange(number);
}

function numericId(wanted: string, what: string, file: string): number {
  if (wanted === '') return 0;
  const number = integer(wanted);
  if (number === undefined) {
    throw internalError(`unable to find ${what} ${wanted}: no matching entries in ${file} file`);
  }
  return inRange(number);
}

function inRange(id: number): number {
  if (id < 0 || id > LARGEST_ID) throw internalError(`uids and gids must be in range 0-${LARGEST_ID}`);
  return id;
}

function integer(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** @returns nothing for a file that is not there or is none; symbolic links stay inside the root file system. */
async function readAccountFile(rootfs: string, path: string): Promise<string> {
  try {
    // Non-blocking, so that a pipe in its place holds nobody up.
    const file = await open(await resolveInRoot(rootfs, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      return stat.isFile() && stat.size <= LARGEST_FILE_BYTES ? await file.readFile('utf8') : '';
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENXIO')) return '';
    throw error;
  }
}
