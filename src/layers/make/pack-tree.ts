import type { Stats } from 'node:fs';
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { bytesOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { majorOf, minorOf, typeOf } from '../diff/tar-tree.ts';
import { matchPaths, type PathTree } from '../spool/match-paths.ts';
import type { SpoolWriter } from '../spool/spool-writer.ts';
import type { PackRequest } from './make-message.ts';
import { pieces } from './unpack-file.ts';

const EMPTY = '' as ByteString;

/** Adds what the sources mean in the process's root to a spool, with all below it, and the way to it. */
export async function packTree(sys: Syscalls, sources: PackRequest['sources'], writer: SpoolWriter): Promise<void> {
  const done = new Set<string>();
  const names = new Map<string, string>();
  const add = async (path: string): Promise<void> => {
    if (done.has(path)) return;
    done.add(path);
    const twin = firstNameOf(path, names);
    await (twin === undefined ? addFile(sys, path, writer) : addLink(sys, path, twin, writer));
  };
  const addBelow = async (path: string): Promise<void> => {
    await add(path);
    if (disk.kindOf(path) !== 'directory') return;
    for (const name of disk.names(path)) await addBelow(path === '' ? name : `${path}/${name}`);
  };
  for (const source of sources) {
    const visited = new Set<string>();
    const matches = matchPaths(disk, source, (path) => visited.add(path));
    for (const path of visited) await add(path);
    for (const { path } of matches) await addBelow(path);
  }
}

const disk: PathTree = {
  kindOf(path) {
    const stats = statOf(path);
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) return 'symlink';
    return stats.isDirectory() ? 'directory' : 'other';
  },
  linkTarget: (path) => readlinkSync(onDisk(path), 'latin1'),
  names: (path) => readdirSync(onDisk(path), 'latin1').sort(),
};

/** The name under which a file with several was added already. */
function firstNameOf(path: string, names: Map<string, string>): string | undefined {
  const stats = statOf(path);
  if (stats === undefined || !stats.isFile() || stats.nlink === 1) return undefined;
  const key = `${stats.dev}:${stats.ino}`;
  const first = names.get(key);
  if (first === undefined) names.set(key, path);
  return first;
}

async function addLink(sys: Syscalls, path: string, twin: string, writer: SpoolWriter): Promise<void> {
  const stats = statOf(path);
  if (stats === undefined) return;
  const entry: TarEntry = { ...entryOf(sys, path, stats), type: 'hardlink', linkTarget: twin as ByteString };
  await writer.add(entry, pieces({ fd: -1, offset: 0, sizeBytes: 0 }));
}

async function addFile(sys: Syscalls, path: string, writer: SpoolWriter): Promise<void> {
  const stats = statOf(path);
  if (path === '' || stats === undefined || stats.isSocket()) return;
  const entry = entryOf(sys, path, stats);
  if (entry.type !== 'file') return writer.add(entry, pieces({ fd: -1, offset: 0, sizeBytes: 0 }));
  const fd = openSync(onDisk(path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await writer.add(entry, pieces({ fd, offset: 0, sizeBytes: stats.size }));
  } finally {
    closeSync(fd);
  }
}

function entryOf(sys: Syscalls, path: string, stats: Stats): TarEntry {
  const type = typeOf(stats);
  const isNode = type === 'character' || type === 'block';
  const xattrs = sys
    .listXattrs(onDisk(path))
    .filter((name) => !name.startsWith('trusted.overlay.') && name !== 'security.selinux')
    .map((name) => [name, sys.getXattr(onDisk(path), name)] as const);
  return {
    type,
    path: path as ByteString,
    linkTarget: type === 'symlink' ? (disk.linkTarget(path) as ByteString) : EMPTY,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    sizeBytes: type === 'file' ? stats.size : 0,
    mtime: { seconds: Math.floor(stats.mtimeMs / 1000), nanoseconds: 0 },
    device: isNode ? { major: majorOf(stats.rdev), minor: minorOf(stats.rdev) } : { major: 0, minor: 0 },
    xattrs: new Map(xattrs),
    extents: undefined,
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(onDisk(path));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

function onDisk(path: string): Buffer {
  return bytesOf(`/${path}`);
}
