import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { refusedEntry } from '../../errors/layers.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import { entryParts } from '../unpack/entry-path.ts';
import type { SpoolEntry } from './spool-entry.ts';
import { writeFully } from './write-fully.ts';

const BATCH_BYTES = 1024 * 1024;
/** Written at once, without a copy. */
const LARGE_BYTES = 32 * 1024;
/** A few bytes of an archive could stand for any number of zeros. */
const MOST_HOLE_BYTES = 64 * 1024 * 1024;
const EMPTY = '' as ByteString;
/** The kernel's, in bytes: what is longer could be made nowhere. */
const PATH_MAX = 4096;
const NAME_MAX = 255;
const SHOWN_CHARACTERS = 100;

/**
 * Collects files in a spool: the data of all in one file, and what is known of each in entries. Nothing of what an
 * archive says is made on disk, so that no name and no link of it can lead anywhere. Writes are synchronous: for small
 * amounts, or a process of its own.
 */
export class SpoolWriter {
  readonly #fd: number;
  readonly #entries = new Map<string, SpoolEntry>([['', rootEntry()]]);
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #offset = 0;

  constructor(dataPath: string) {
    this.#fd = openSync(dataPath, 'wx', 0o600);
  }

  /** A later entry of the same name takes the place of an earlier one. @throws invalid_argument for what leaves the root. */
  async add(entry: TarEntry, data: AsyncIterable<Uint8Array>): Promise<void> {
    const name = textOf(entry.path);
    const parts = entryParts(entry.path);
    const path = parts.join('/') as ByteString;
    if (path.length >= PATH_MAX || parts.some((part) => part.length > NAME_MAX)) {
      throw refusedEntry(`${name.slice(0, SHOWN_CHARACTERS)}…`, 'file name too long');
    }
    // What an archive says of its root depends on whoever packed it, and where.
    if (path === EMPTY && entry.type === 'directory') return;
    this.#makeParents(parts, name, entry);
    const there = this.#entries.get(path);
    if (there?.type === 'directory' && entry.type !== 'directory') {
      if (path === EMPTY) throw refusedEntry(name, 'the root must be a directory');
      this.#removeBelow(path);
    }
    if (entry.type === 'hardlink') this.#entries.set(path, { ...this.#linked(entry, name), path });
    else this.#entries.set(path, await this.#entry(entry, entry.type, path, data));
  }

  async #entry(
    entry: TarEntry,
    type: SpoolEntry['type'],
    path: ByteString,
    data: AsyncIterable<Uint8Array>,
  ): Promise<SpoolEntry> {
    const { linkTarget, mode, uid, gid, mtime, device, xattrs } = entry;
    const content = type === 'file' ? await this.#store(expanded(entry, data)) : { offset: 0, sizeBytes: 0, hash: '' };
    return { type, path, linkTarget, mode, uid, gid, mtime, device, xattrs, ...content };
  }

  async #store(data: AsyncIterable<Uint8Array>): Promise<Pick<SpoolEntry, 'offset' | 'sizeBytes' | 'hash'>> {
    const hash = createHash('sha256');
    const offset = this.#offset;
    for await (const piece of data) {
      hash.update(piece);
      this.#append(piece);
    }
    return { offset, sizeBytes: this.#offset - offset, hash: hash.digest('hex') };
  }

  #append(piece: Uint8Array): void {
    this.#offset += piece.length;
    if (piece.length >= LARGE_BYTES) {
      this.#flush();
      writeFully(this.#fd, [piece]);
      return;
    }
    // Copied: whoever gave it may use its buffer again.
    this.#batch.push(Buffer.from(piece));
    this.#batchBytes += piece.length;
    if (this.#batchBytes >= BATCH_BYTES) this.#flush();
  }

  #flush(): void {
    writeFully(this.#fd, this.#batch);
    [this.#batch, this.#batchBytes] = [[], 0];
  }

  /** Archives need not name the directories that their files are in. What is above one that is there, is there. */
  #makeParents(parts: readonly string[], name: string, { mtime }: TarEntry): void {
    const missing: ByteString[] = [];
    for (let length = parts.length - 1; length > 0; length--) {
      const path = parts.slice(0, length).join('/') as ByteString;
      const there = this.#entries.get(path);
      if (there?.type === 'directory') break;
      if (there !== undefined) throw refusedEntry(name, `${JSON.stringify(textOf(path))} is not a directory`);
      missing.push(path);
    }
    for (const path of missing.reverse()) this.#entries.set(path, { ...rootEntry(), path, mtime });
  }

  #removeBelow(path: ByteString): void {
    for (const known of this.#entries.keys()) if (known.startsWith(`${path}/`)) this.#entries.delete(known);
  }

  #linked({ linkTarget }: TarEntry, name: string): SpoolEntry {
    const target = this.#entries.get(entryParts(linkTarget).join('/'));
    if (target !== undefined && target.type !== 'directory') return target;
    throw refusedEntry(name, `hard link to ${JSON.stringify(textOf(linkTarget))}, which is not in the archive`);
  }

  /** Writes what is left, and returns all entries in the order of their paths' parts: a folder before what is in it. */
  finish(): SpoolEntry[] {
    this.#flush();
    const sortable = [...this.#entries.values()].map((entry) => ({ key: sortKey(entry.path), entry }));
    return sortable.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ entry }) => entry);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Slashes come before every other character, so that what is in a folder follows it at once. */
function sortKey(path: string): string {
  return path.replaceAll('/', '\0');
}

function rootEntry(): SpoolEntry {
  return {
    type: 'directory',
    path: EMPTY,
    linkTarget: EMPTY,
    mode: 0o755,
    uid: 0,
    gid: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    sizeBytes: 0,
    offset: 0,
    hash: '',
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
  };
}

/** A sparse file's data with its holes as zeros. */
async function* expanded(entry: TarEntry, data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (entry.extents === undefined) return yield* data;
  const dataBytes = entry.extents.reduce((sum, { length }) => sum + length, 0);
  if (entry.sizeBytes - dataBytes > MOST_HOLE_BYTES) {
    throw refusedEntry(textOf(entry.path), `its holes are larger than ${MOST_HOLE_BYTES} bytes`);
  }
  const ends: { readonly at: number; readonly zeros: number }[] = [];
  let end = 0;
  let stored = 0;
  for (const { offset, length } of entry.extents) {
    ends.push({ at: stored, zeros: offset - end });
    stored += length;
    end = offset + length;
  }
  ends.push({ at: stored, zeros: entry.sizeBytes - end });
  let done = 0;
  for await (const piece of data) {
    let rest = piece;
    while (ends[0] !== undefined && ends[0].at <= done + rest.length) {
      const part = rest.subarray(0, ends[0].at - done);
      yield part;
      yield* zeros(ends.shift()?.zeros ?? 0);
      done += part.length;
      rest = rest.subarray(part.length);
    }
    yield rest;
    done += rest.length;
  }
  for (const { zeros: count } of ends) yield* zeros(count);
}

function* zeros(count: number): Generator<Uint8Array> {
  const block = Buffer.alloc(Math.min(count, BATCH_BYTES));
  for (let left = count; left > 0; left -= block.length) yield block.subarray(0, left);
}
