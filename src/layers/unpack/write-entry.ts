import type { Stats } from 'node:fs';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { refusedEntry } from '../../errors/layers.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import type { ReadEntry } from '../../lib/tar/tar-reader.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { entryParts } from './entry-path.ts';
import type { LayerTree } from './layer-tree.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const NODE_TYPES = { character: 0o020000, block: 0o060000, fifo: 0o010000 } as const;

/**
 * Makes the file at `path`, whose parent is there, with everything that the entry says of it; only a directory's time
 * is noted in the tree for later, as writing into it would change it. Returns the bytes that it adds to the layer's size.
 */
export async function writeEntry(tree: LayerTree, sys: Syscalls, path: string, read: ReadEntry): Promise<number> {
  const { entry } = read;
  const bytes = tree.onDisk(path);
  switch (entry.type) {
    case 'file':
      await writeFile(tree, path, read);
      setXattrs(sys, bytes, entry);
      sys.setTimes(bytes, entry.mtime);
      return entry.sizeBytes;
    case 'directory':
      makeDirectory(tree, path);
      tree.noteDirectory(path, entry.mtime);
      lchownSync(bytes, entry.uid, entry.gid);
      chmodSync(bytes, entry.mode);
      setXattrs(sys, bytes, entry);
      return 0;
    case 'symlink':
      tree.replace(path, () => symlinkSync(bytesOf(entry.linkTarget), bytes));
      lchownSync(bytes, entry.uid, entry.gid);
      setXattrs(sys, bytes, entry);
      sys.setTimes(bytes, entry.mtime);
      return entry.linkTarget.length;
    case 'hardlink':
      // The first name's entry has said everything of the file; a change of owner would drop its capabilities.
      makeHardLink(tree, path, entry);
      return 0;
    case 'character':
    case 'block':
    case 'fifo': {
      const mode = NODE_TYPES[entry.type] | entry.mode;
      tree.replace(path, () => sys.makeNode(bytes, mode, entry.device));
      lchownSync(bytes, entry.uid, entry.gid);
      chmodSync(bytes, entry.mode);
      setXattrs(sys, bytes, entry);
      sys.setTimes(bytes, entry.mtime);
      return 0;
    }
  }
}

async function writeFile(tree: LayerTree, path: string, { entry, data }: ReadEntry): Promise<void> {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const fd = tree.replace(path, () => openSync(tree.onDisk(path), flags, 0o600));
  try {
    if (entry.extents === undefined) for await (const piece of data) writeFully(fd, piece, null);
    else await writeExtents(fd, entry, data);
    fchownSync(fd, entry.uid, entry.gid);
    // After the owner: the kernel takes set-user-ID away when a file changes hands.
    fchmodSync(fd, entry.mode);
  } finally {
    closeSync(fd);
  }
}

/** The holes stay holes: they are never written. */
async function writeExtents(fd: number, entry: TarEntry, data: AsyncIterator<Buffer>): Promise<void> {
  ftruncateSync(fd, entry.sizeBytes);
  let piece: Buffer = Buffer.alloc(0);
  for (const extent of entry.extents ?? []) {
    for (let done = 0; done < extent.length; ) {
      if (piece.length === 0) {
        const next = await data.next();
        if (next.done === true) throw refusedEntry(textOf(entry.path), 'its sparse map does not fit its data');
        piece = next.value;
      }
      const part = piece.subarray(0, extent.length - done);
      writeFully(fd, part, extent.offset + done);
      done += part.length;
      piece = piece.subarray(part.length);
    }
  }
}

function writeFully(fd: number, piece: Buffer, position: number | null): void {
  for (let done = 0; done < piece.length; ) {
    done += writeSync(fd, piece, done, piece.length - done, position === null ? null : position + done);
  }
}

function makeDirectory(tree: LayerTree, path: string): void {
  try {
    mkdirSync(tree.onDisk(path), { mode: 0o700 });
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
    const there: Stats | undefined = tree.lstat(path);
    if (there?.isDirectory() !== true) {
      tree.remove(path);
      mkdirSync(tree.onDisk(path), { mode: 0o700 });
    }
  }
}

function makeHardLink(tree: LayerTree, path: string, entry: TarEntry): void {
  const name = textOf(entry.path);
  const reason = `hard link to ${JSON.stringify(textOf(entry.linkTarget))}`;
  let parts: string[];
  try {
    parts = entryParts(entry.linkTarget);
  } catch (error) {
    throw refusedEntry(name, `${reason}, which would leave the layer`, error);
  }
  const last = parts.pop();
  const target = last === undefined ? '' : `${tree.directory(parts, name)}/${last}`;
  const there = tree.lstat(target);
  if (there === undefined) throw refusedEntry(name, `${reason}, which is not in this layer`);
  if (there.isDirectory()) throw refusedEntry(name, `${reason}, which is a directory`);
  if (target === path) return;
  tree.replace(path, () => linkSync(tree.onDisk(target), tree.onDisk(path)));
}

/**
 * `trusted.overlay.*` is overlayfs's own language (redirects, opaque directories): an archive must not speak it. As in
 * Docker, an attribute that the file system or file type does not take is left out.
 */
function setXattrs(sys: Syscalls, path: Buffer, entry: TarEntry): void {
  for (const [name, value] of entry.xattrs) {
    if (name.startsWith('trusted.overlay.')) continue;
    try {
      sys.setXattr(path, name, value);
    } catch (error) {
      if (!hasErrorCode(error, 'ENOTSUP', 'EOPNOTSUPP', 'EPERM')) throw error;
    }
  }
}
