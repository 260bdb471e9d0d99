import type { EngineError } from '../../errors/engine-error.ts';
import { internalError, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { refusedEntry } from '../../errors/layers.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { ReadEntry } from '../../lib/tar/tar-reader.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { measureTree } from '../measure-tree.ts';
import { entryParts } from './entry-path.ts';
import { LayerTree } from './layer-tree.ts';
import { writeEntry } from './write-entry.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARKER = '.wh..wh..opq';
const META_PREFIX = '.wh..wh.';
const OPAQUE_XATTR = 'trusted.overlay.opaque';
const S_IFCHR = 0o020000;
/** Refusals that are the archive's fault, not the disk's. */
const ARCHIVE_FAULTS = ['ENAMETOOLONG', 'EFBIG', 'EINVAL', 'ELOOP', 'ENOENT', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE'];

/**
 * Unpacks a layer's tar into the process's root directory, in the form that overlayfs takes as a lower directory:
 * deletions become 0:0 character devices, opaque directories carry an attribute. Returns the layer's size.
 * @throws invalid_argument for a broken archive or an entry that a layer may not hold; the message names it. What was
 * unpacked until then stays for the caller to remove.
 */
export async function unpackLayer(archive: AsyncIterable<Uint8Array>, sys: Syscalls): Promise<number> {
  const unpacking = new Unpacking(sys);
  for await (const read of readTar(archive)) {
    try {
      await unpacking.add(read);
    } catch (error) {
      throw namingEntry(error, textOf(read.entry.path));
    }
  }
  return unpacking.finish();
}

class Unpacking {
  readonly #sys: Syscalls;
  readonly #tree = new LayerTree();
  readonly #whiteouts = new Set<string>();
  #sizeBytes = 0;

  constructor(sys: Syscalls) {
    this.#sys = sys;
  }

  async add(read: ReadEntry): Promise<void> {
    const { entry } = read;
    const entryPath = textOf(entry.path);
    const parts = entryParts(entry.path);
    const name = parts.pop();
    // Docker leaves the root directory's attributes alone: those of a container's root come from its writable layer.
    if (name === undefined) {
      if (entry.type !== 'directory') throw refusedEntry(entryPath, 'the root of a layer must be a directory');
      return;
    }
    const parent = this.#tree.directory(parts, entryPath);
    if (name === OPAQUE_MARKER) return this.#makeOpaque(parent);
    // AUFS kept its own files under names of this kind; no other file system knows what they mean.
    if (name.startsWith(META_PREFIX)) return;
    if (name.startsWith(WHITEOUT_PREFIX)) return this.#whiteOut(parent, name.slice(WHITEOUT_PREFIX.length), entryPath);

    const path = `${parent}/${name}`;
    const hidesLower = this.#whiteouts.delete(path);
    this.#sizeBytes += await writeEntry(this.#tree, this.#sys, path, read);
    if (entry.type === 'directory' && hidesLower) this.#makeOpaque(path);
  }

  /** A whiteout hides what the layers below have; what this layer has of that name stays, before or after it. */
  #whiteOut(parent: string, name: string, entryPath: string): void {
    if (name === '' || name === '.' || name === '..') throw refusedEntry(entryPath, 'a whiteout of no file');
    const path = `${parent}/${name}`;
    const there = this.#tree.lstat(path);
    if (there?.isDirectory() === true) this.#makeOpaque(path);
    if (there !== undefined) return;
    this.#sys.makeNode(bytesOf(path), S_IFCHR, { major: 0, minor: 0 });
    this.#whiteouts.add(path);
  }

  #makeOpaque(directory: string): void {
    this.#sys.setXattr(directory === '' ? '/' : bytesOf(directory), OPAQUE_XATTR, Buffer.from('y'));
  }

  async finish(): Promise<number> {
    for (const [path, time] of this.#tree.directoryTimes()) this.#sys.setTimes(bytesOf(path), time);
    return this.#tree.replacedAny ? measureTree(Buffer.from('/')) : this.#sizeBytes;
  }
}

function namingEntry(error: unknown, path: string): EngineError {
  if (isEngineError(error)) return error;
  if (hasErrorCode(error, ...ARCHIVE_FAULTS)) return refusedEntry(path, messageOf(error), error);
  return internalError(`entry ${JSON.stringify(path)} cannot be unpacked: ${messageOf(error)}`, error);
}
