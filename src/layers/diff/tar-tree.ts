import type { Stats } from 'node:fs';
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { internalError } from '../../errors/engine-error.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { byteStringOf, bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry, TarEntryType, TarTime } from '../../lib/tar/tar-entry.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../lib/tar/tar-writer.ts';
import type { Syscalls } from '../../sys/syscalls.ts';

const READ_BYTES = 1024 * 1024;
const OPAQUE_XATTR = 'trusted.overlay.opaque';
const EMPTY = '' as ByteString;
/** Overlayfs's own language, and labels that mean something to this host only. */
const LOCAL_XATTRS = /^(trusted\.overlay\.|security\.selinux$)/;

export interface TarTreeOptions {
  /** The tree is an overlay's upper directory: what it deletes becomes whiteouts, as OCI layers have them. */
  readonly whiteouts: boolean;
  /** Later modification times become this one, in seconds since the epoch. */
  readonly latestSeconds?: number;
  /** Called with each file before its header is made. */
  readonly onEntry?: (entry: TarEntry, stats: Stats) => void;
}

/**
 * The tar of everything below `root`, in an order that depends on the names alone. Docker's conventions: the root
 * itself is left out, times are whole seconds, sockets are left out, a file's further names are hard links to the first.
 * For a process of its own: it blocks.
 * @throws internal when a file gets shorter while it is read.
 */
export function* tarTree(sys: Syscalls, root: string, options: TarTreeOptions): Generator<Buffer> {
  yield* new TreeWalk(sys, byteStringOf(root), options).directory(EMPTY);
  yield TAR_END;
}

/**
 * The tar of one file, or of a directory with everything below it, under another name than its own. `path` may end in
 * a slash: a symbolic link is followed then. For a process of its own, as above.
 */
export function* tarFile(sys: Syscalls, path: ByteString, name: ByteString): Generator<Buffer> {
  yield* new TreeWalk(sys, path, { whiteouts: false }).self(name);
  yield TAR_END;
}

class TreeWalk {
  readonly #sys: Syscalls;
  readonly #root: ByteString;
  readonly #options: TarTreeOptions;
  readonly #firstNames = new Map<string, ByteString>();
  /** What stands before every name in the archive. */
  #prefix = EMPTY;

  constructor(sys: Syscalls, root: ByteString, options: TarTreeOptions) {
    this.#sys = sys;
    this.#root = root;
    this.#options = options;
  }

  /** The root itself, called `name`, and what is in it. */
  *self(name: ByteString): Generator<Buffer> {
    const stats = lstatSync(this.#onDisk(EMPTY));
    if (!stats.isDirectory()) {
      this.#prefix = name;
      yield* this.#entryAndData(EMPTY, stats, this.#xattrs(EMPTY).kept);
      return;
    }
    this.#prefix = (name.endsWith('/') ? name : `${name}/`) as ByteString;
    const entry = { ...this.#entry(EMPTY, stats, this.#xattrs(EMPTY).kept), path: EMPTY };
    yield this.#header(entry);
    yield* this.directory(EMPTY);
  }

  *directory(prefix: ByteString): Generator<Buffer> {
    // Byte order: comparing strings of one character per byte compares the bytes.
    const names = readdirSync(this.#onDisk(prefix), 'latin1').sort();
    for (const name of names) yield* this.#file(prefix, name as ByteString);
  }

  *#file(prefix: ByteString, name: ByteString): Generator<Buffer> {
    const path = `${prefix}${name}` as ByteString;
    const stats = lstatSync(this.#onDisk(path), { throwIfNoEntry: false });
    if (stats === undefined || stats.isSocket()) return;
    if (this.#options.whiteouts && stats.isCharacterDevice() && stats.rdev === 0) {
      yield this.#header(marker(`${prefix}.wh.${name}`, stats, this.#time(stats)));
      return;
    }
    const xattrs = this.#xattrs(path);
    const entry = yield* this.#entryAndData(path, stats, xattrs.kept);
    if (entry.type !== 'directory') return;
    if (this.#options.whiteouts && xattrs.isOpaque) {
      yield this.#header(marker(`${entry.path}.wh..wh..opq`, stats, this.#time(stats)));
    }
    yield* this.directory(entry.path);
  }

  *#entryAndData(path: ByteString, stats: Stats, xattrs: ReadonlyMap<string, Uint8Array>): Generator<Buffer, TarEntry> {
    const entry = this.#entry(path, stats, xattrs);
    this.#options.onEntry?.(entry, stats);
    yield this.#header(entry);
    if (entry.type === 'file') yield* this.#data(path, entry.sizeBytes);
    return entry;
  }

  #header(entry: TarEntry): Buffer {
    if (this.#prefix === EMPTY) return formatTarHeader(entry);
    const path = `${this.#prefix}${entry.path}` as ByteString;
    const linkTarget =
      entry.type === 'hardlink' ? (`${this.#prefix}${entry.linkTarget}` as ByteString) : entry.linkTarget;
    return formatTarHeader({ ...entry, path, linkTarget });
  }

  #entry(path: ByteString, stats: Stats, xattrs: ReadonlyMap<string, Uint8Array>): TarEntry {
    const { mode, uid, gid, rdev } = stats;
    const type = typeOf(stats);
    const firstName = type === 'directory' || stats.nlink === 1 ? undefined : this.#firstName(path, stats);
    const isFile = type === 'file' && firstName === undefined;
    const isNode = type === 'character' || type === 'block';
    return {
      type: firstName === undefined ? type : 'hardlink',
      path: type === 'directory' ? (`${path}/` as ByteString) : path,
      linkTarget: firstName ?? (type === 'symlink' ? this.#readLink(path) : EMPTY),
      mode: mode & 0o7777,
      uid,
      gid,
      sizeBytes: isFile ? stats.size : 0,
      mtime: this.#time(stats),
      device: isNode ? { major: majorOf(rdev), minor: minorOf(rdev) } : { major: 0, minor: 0 },
      xattrs: firstName === undefined ? xattrs : new Map(),
      extents: undefined,
    };
  }

  /** The name under which an inode is in the archive already; the first time it is noted. */
  #firstName(path: ByteString, { dev, ino }: Stats): ByteString | undefined {
    const key = `${dev}:${ino}`;
    const first = this.#firstNames.get(key);
    if (first === undefined) this.#firstNames.set(key, path);
    return first;
  }

  #time(stats: Stats): TarTime {
    const seconds = Math.floor(stats.mtimeMs / 1000);
    return { seconds: Math.min(seconds, this.#options.latestSeconds ?? seconds), nanoseconds: 0 };
  }

  #readLink(path: ByteString): ByteString {
    return readlinkSync(this.#onDisk(path), 'latin1') as ByteString;
  }

  #xattrs(path: ByteString): { kept: ReadonlyMap<string, Uint8Array>; isOpaque: boolean } {
    const kept = new Map<string, Uint8Array>();
    let isOpaque = false;
    for (const name of this.#sys.listXattrs(this.#onDisk(path))) {
      if (name === OPAQUE_XATTR) isOpaque = this.#sys.getXattr(this.#onDisk(path), name).toString() === 'y';
      if (!LOCAL_XATTRS.test(name)) kept.set(name, this.#sys.getXattr(this.#onDisk(path), name));
    }
    return { kept, isOpaque };
  }

  /** Exactly as many bytes as the header says, even when the file grows meanwhile. */
  *#data(path: ByteString, sizeBytes: number): Generator<Buffer> {
    const fd = openSync(this.#onDisk(path), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (let done = 0; done < sizeBytes; ) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes - done));
        const length = readSync(fd, buffer, 0, buffer.length, null);
        if (length === 0) throw internalError(`${textOf(path)} got shorter while it was read`);
        done += length;
        yield buffer.subarray(0, length);
      }
    } finally {
      closeSync(fd);
    }
    yield tarPadding(sizeBytes);
  }

  #onDisk(path: ByteString): Buffer {
    return bytesOf(path === EMPTY ? this.#root : `${this.#root}/${path}`);
  }
}

function marker(path: string, stats: Stats, mtime: TarTime): TarEntry {
  return {
    type: 'file',
    path: path as ByteString,
    linkTarget: EMPTY,
    mode: 0o600,
    uid: stats.uid,
    gid: stats.gid,
    sizeBytes: 0,
    mtime,
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
    extents: undefined,
  };
}

export function typeOf(stats: Stats): TarEntryType {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  return stats.isFIFO() ? 'fifo' : 'file';
}

/** The inverse of glibc's gnu_dev_makedev, for numbers as stat(2) gives them. */
export function majorOf(device: number): number {
  const bits = BigInt(device);
  return Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n));
}

export function minorOf(device: number): number {
  const bits = BigInt(device);
  return Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n));
}
