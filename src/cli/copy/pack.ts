import type { Stats } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { byteStringOf, bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry, TarEntryType } from '../../lib/tar/tar-entry.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../lib/tar/tar-writer.ts';
import { type CopyInfo, type Rebase, rebased, splitPath } from './paths.ts';

const READ_BYTES = 1024 * 1024;
const EMPTY = '' as ByteString;

/** The archive of a local file, or of a directory with all that is in it. A file that shrinks meanwhile is an error. */
export async function* packLocal(source: CopyInfo, rebase: Rebase | undefined): AsyncGenerator<Uint8Array> {
  const { directory, base } = splitPath(source.path);
  const packing = new Packing((name) => {
    const shown = source.rebaseName === '' ? name : name.replace(base, () => source.rebaseName);
    return byteStringOf(rebased(shown, rebase));
  });
  const onDisk = base === '/' || base === '.' ? directory : `${directory === '/' ? '' : directory}/${base}`;
  yield* packing.file(byteStringOf(onDisk), byteStringOf(base));
  yield TAR_END;
}

class Packing {
  readonly #nameOf: (name: string) => ByteString;
  readonly #firstNames = new Map<string, ByteString>();

  constructor(nameOf: (name: string) => ByteString) {
    this.#nameOf = nameOf;
  }

  async *file(path: ByteString, name: ByteString): AsyncGenerator<Uint8Array> {
    const stats = await lstat(bytesOf(path));
    if (stats.isSocket()) return;
    const entry = await this.#entry(path, name, stats);
    yield formatTarHeader(entry);
    if (entry.type === 'file') yield* contentOf(path, entry.sizeBytes);
    if (entry.type !== 'directory') return;
    const inside = name === '/' ? '' : name;
    for (const child of (await readdir(bytesOf(path), 'latin1')).sort()) {
      yield* this.file(`${path}/${child}` as ByteString, `${inside}/${child}` as ByteString);
    }
  }

  async #entry(path: ByteString, name: ByteString, stats: Stats): Promise<TarEntry> {
    const shown = this.#nameOf(textOf(name));
    const type = typeOf(stats);
    const first = type === 'directory' || stats.nlink === 1 ? undefined : this.#firstName(stats, shown);
    const target = type === 'symlink' ? ((await readlink(bytesOf(path), 'latin1')) as ByteString) : EMPTY;
    return {
      type: first === undefined ? type : 'hardlink',
      path: type === 'directory' && !shown.endsWith('/') ? (`${shown}/` as ByteString) : shown,
      linkTarget: first ?? target,
      mode: stats.mode & 0o7777,
      uid: stats.uid,
      gid: stats.gid,
      sizeBytes: type === 'file' && first === undefined ? stats.size : 0,
      mtime: { seconds: Math.floor(stats.mtimeMs / 1000), nanoseconds: 0 },
      device: { major: (stats.rdev >> 8) & 0xfff, minor: (stats.rdev & 0xff) | ((stats.rdev >> 12) & 0xfff00) },
      xattrs: new Map(),
      extents: undefined,
    };
  }

  /** The name under which an inode is in the archive already; the first time it is noted. */
  #firstName({ dev, ino }: Stats, name: ByteString): ByteString | undefined {
    const key = `${dev}:${ino}`;
    const first = this.#firstNames.get(key);
    if (first === undefined) this.#firstNames.set(key, name);
    return first;
  }
}

async function* contentOf(path: ByteString, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const file = await open(bytesOf(path), 'r');
  try {
    for (let done = 0; done < sizeBytes; ) {
      const length = Math.min(READ_BYTES, sizeBytes - done);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, null);
      if (bytesRead === 0) throw new Error(`${textOf(path)} got shorter while it was read`);
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
  yield tarPadding(sizeBytes);
}

function typeOf(stats: Stats): TarEntryType {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'character';
  if (stats.isBlockDevice()) return 'block';
  return stats.isFIFO() ? 'fifo' : 'file';
}
