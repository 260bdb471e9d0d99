import { brokenArchive, refusedEntry } from '../../errors/layers.ts';
import { ByteSource } from './byte-source.ts';
import type { ByteString } from './byte-string.ts';
import { byteString, textOf } from './byte-string.ts';
import type { RawHeader } from './header.ts';
import { BLOCK_BYTES, parseHeader } from './header.ts';
import type { PaxRecord } from './pax-records.ts';
import { parsePaxNumber, parsePaxRecords, parsePaxTime } from './pax-records.ts';
import type { SparseMap } from './sparse-map.ts';
import { mapFromRecords, readMapFromData, readOldGnuMap } from './sparse-map.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';

/** As Go's archive/tar: no long name or extended header is larger. */
const MAX_EXTENSION_BYTES = 1 << 20;
const MAX_ID = 0xffff_fffe;
const XATTR_PREFIX = 'SCHILY.xattr.';
const TYPES: Readonly<Record<string, TarEntryType>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

/** What the headers before an entry's own said of it. */
interface Extensions {
  longName?: ByteString;
  longLink?: ByteString;
  records: PaxRecord[];
}

/** Everything that tells where a sparse file's data belongs. */
interface EntryParts {
  readonly header: RawHeader;
  readonly block: Buffer;
  readonly source: ByteSource;
  readonly records: readonly PaxRecord[];
  readonly pax: ReadonlyMap<string, Buffer>;
  readonly name: string;
}

export interface ReadEntry {
  readonly entry: TarEntry;
  /**
   * The entry's data: for a sparse file that of its extents, one after the other. What is not read before the next
   * entry is asked for is skipped.
   */
  readonly data: AsyncGenerator<Buffer>;
}

/**
 * Reads an archive in any of the formats that are in use: v7, ustar, star, PAX, GNU, with GNU's sparse files in all
 * four of their forms. Memory does not grow with the archive's numbers. The stream is read to its very end, so that a
 * digest over it covers what follows the archive.
 * @throws invalid_argument for a broken archive; the message names the entry, or the last one before the damage.
 */
export async function* readTar(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const source = new ByteSource(stream);
  let extensions: Extensions = { records: [] };
  let last: string | undefined;
  for (;;) {
    const block = await source.readOrEnd(BLOCK_BYTES, last);
    const header = block === undefined ? undefined : parseHeader(block);
    if (block === undefined || header === undefined) break;
    if (typeof header === 'string') throw brokenArchive(header, last);
    if (await readExtension(header, source, extensions, last)) continue;

    const { entry, storedBytes } = await resolveEntry(header, block, source, extensions);
    extensions = { records: [] };
    last = textOf(entry.path);
    const data = new EntryData(source, storedBytes, last);
    yield { entry, data: data.pieces() };
    await data.skipRest();
  }
  await source.drain();
}

/** True when the header was one that only describes the next. */
async function readExtension(
  header: RawHeader,
  source: ByteSource,
  extensions: Extensions,
  last: string | undefined,
): Promise<boolean> {
  const { typeFlag, storedBytes } = header;
  if (!['x', 'g', 'L', 'K'].includes(typeFlag)) return false;
  if (storedBytes > MAX_EXTENSION_BYTES) throw brokenArchive(`extended header of ${storedBytes} bytes`, last);
  const padded = await source.read(paddedSize(storedBytes), last);
  const body = Buffer.from(padded.subarray(0, storedBytes));
  if (typeFlag === 'L') extensions.longName = untilZero(body);
  if (typeFlag === 'K') extensions.longLink = untilZero(body);
  // Global headers carry comments (git) and nothing that Docker heeds; 'g' is read over as Docker does.
  if (typeFlag === 'x') {
    const records = parsePaxRecords(body);
    if (records === undefined) throw brokenArchive('malformed PAX header', last);
    extensions.records = records;
  }
  return true;
}

async function resolveEntry(
  header: RawHeader,
  block: Buffer,
  source: ByteSource,
  extensions: Extensions,
): Promise<{ entry: TarEntry; storedBytes: number }> {
  const pax = new Map(extensions.records.map(({ key, value }) => [key, value]));
  const isSparsePax = pax.has('GNU.sparse.size') || pax.has('GNU.sparse.realsize') || pax.has('GNU.sparse.major');
  const path = paxName(pax, isSparsePax) ?? extensions.longName ?? header.path;
  const name = textOf(path);
  if (path.includes('\0')) throw refusedEntry(name, 'its name holds a zero byte');
  const found = TYPES[header.typeFlag];
  if (found === undefined) throw refusedEntry(name, `unknown entry type ${JSON.stringify(header.typeFlag)}`);
  // Before there was a type for directories they were files with a slash at the end.
  const type = found === 'file' && path.endsWith('/') ? 'directory' : found;

  const size = paxNumber(pax, 'size', name) ?? header.storedBytes;
  const map =
    type === 'file' ? await sparseMap({ header, block, source, records: extensions.records, pax, name }) : undefined;
  const storedBytes = type === 'file' ? size - (map?.mapBytes ?? 0) : 0;
  const dataBytes = map?.extents.reduce((sum, { length }) => sum + length, 0) ?? storedBytes;
  if (storedBytes !== dataBytes) throw refusedEntry(name, 'its sparse map does not fit its data');

  const paxLink = pax.get('linkpath');
  const paxTime = pax.get('mtime');
  const mtime =
    paxTime === undefined ? { seconds: header.mtimeSeconds, nanoseconds: 0 } : parsePaxTime(paxTime.toString('latin1'));
  if (mtime === undefined) throw refusedEntry(name, 'invalid modification time');
  const uid = paxNumber(pax, 'uid', name) ?? header.uid;
  const gid = paxNumber(pax, 'gid', name) ?? header.gid;
  if (uid < 0 || gid < 0 || uid > MAX_ID || gid > MAX_ID) throw refusedEntry(name, 'invalid owner');
  const isLink = type === 'symlink' || type === 'hardlink';
  const linkTarget = paxLink === undefined ? (extensions.longLink ?? header.linkTarget) : byteString(paxLink);
  const entry: TarEntry = {
    type,
    path,
    linkTarget: isLink ? linkTarget : ('' as ByteString),
    mode: header.mode,
    uid,
    gid,
    sizeBytes: type === 'file' ? (map?.sizeBytes ?? storedBytes) : 0,
    mtime,
    device: header.device,
    xattrs: xattrsOf(pax),
    extents: map?.extents,
  };
  return { entry, storedBytes };
}

async function sparseMap({ header, block, source, records, pax, name }: EntryParts): Promise<SparseMap | undefined> {
  const text = (key: string) => pax.get(key)?.toString('latin1');
  const size = text('GNU.sparse.size');
  let map: SparseMap | undefined;
  if (text('GNU.sparse.major') === '1' && text('GNU.sparse.minor') === '0') {
    map = await readMapFromData(source, text('GNU.sparse.realsize') ?? '');
  } else if (size !== undefined) map = mapFromRecords(records, size);
  else if (header.typeFlag === 'S') map = await readOldGnuMap(block, source);
  else return undefined;
  if (map === undefined) throw refusedEntry(name, 'invalid sparse map');
  return map;
}

function paxName(pax: ReadonlyMap<string, Buffer>, isSparse: boolean): ByteString | undefined {
  const value = (isSparse ? pax.get('GNU.sparse.name') : undefined) ?? pax.get('path');
  return value === undefined ? undefined : byteString(value);
}

function paxNumber(pax: ReadonlyMap<string, Buffer>, key: string, name: string): number | undefined {
  const text = pax.get(key)?.toString('latin1');
  if (text === undefined) return undefined;
  const value = parsePaxNumber(text);
  if (value === undefined) throw refusedEntry(name, `invalid ${key}`);
  return value;
}

function xattrsOf(pax: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of pax) {
    if (key.startsWith(XATTR_PREFIX)) xattrs.set(key.slice(XATTR_PREFIX.length), value);
  }
  return xattrs;
}

function untilZero(body: Buffer): ByteString {
  const zero = body.indexOf(0);
  return byteString(zero === -1 ? body : body.subarray(0, zero));
}

function paddedSize(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}

/** The data of one entry and the padding behind it. */
class EntryData {
  readonly #source: ByteSource;
  readonly #name: string;
  readonly #padding: number;
  #left: number;

  constructor(source: ByteSource, sizeBytes: number, name: string) {
    this.#source = source;
    this.#name = name;
    this.#left = sizeBytes;
    this.#padding = paddedSize(sizeBytes) - sizeBytes;
  }

  async *pieces(): AsyncGenerator<Buffer> {
    while (this.#left > 0) {
      const piece = await this.#source.take(this.#left);
      if (piece === undefined) throw brokenArchive('unexpected end', this.#name);
      this.#left -= piece.length;
      yield piece;
    }
  }

  async skipRest(): Promise<void> {
    await this.#source.skip(this.#left, this.#name);
    // docker's command line writes archives that end with their last file's last byte, and Go reads them.
    await this.#source.skipUpTo(this.#padding);
    this.#left = 0;
  }
}
