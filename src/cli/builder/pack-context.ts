import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { IgnoreRules } from '../../lib/ignore-rules.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { byteStringOf, bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import { formatTarHeader, TAR_END, tarPadding } from '../../lib/tar/tar-writer.ts';
import { CliError } from '../errors.ts';
import { fileErrorText } from '../io/file-error.ts';

const READ_BYTES = 1024 * 1024;
const BATCH_BYTES = 256 * 1024;
const EMPTY = '' as ByteString;

/** By device and inode. */
type FirstNames = Map<string, ByteString>;

/** A file that is sent although it is not in the folder. */
export interface AddedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A folder to send, below `prefix`. */
export interface ContextFolder {
  readonly directory: string;
  readonly prefix: string;
  readonly rules: IgnoreRules;
  /** Sent although the rules leave them out: the daemon reads them itself. */
  readonly always: ReadonlySet<string>;
}

/**
 * The archive of folders as a build's context: what the rules leave out is not sent, and folders of which nothing can be
 * wanted are not even opened. Everything belongs to root, as what COPY makes of it does.
 */
export function* packContext(folders: readonly ContextFolder[], added: readonly AddedFile[]): Generator<Uint8Array> {
  yield* batched(pieces(folders, added));
}

function* pieces(folders: readonly ContextFolder[], added: readonly AddedFile[]): Generator<Buffer> {
  const names: FirstNames = new Map();
  for (const folder of folders) yield* directory(folder, EMPTY, names);
  for (const { name, content } of added) {
    yield formatTarHeader({ ...plainEntry(byteStringOf(name)), sizeBytes: content.length });
    yield Buffer.from(content);
    yield tarPadding(content.length);
  }
  yield TAR_END;
}

function* directory(folder: ContextFolder, parent: ByteString, names: FirstNames): Generator<Buffer> {
  const root = byteStringOf(folder.directory);
  for (const name of namesIn(`${root}/${parent}`)) {
    const path = (parent === EMPTY ? name : `${parent}/${name}`) as ByteString;
    const onDisk = `${root}/${path}`;
    const stats = reading(textOf(onDisk), () => lstatSync(bytesOf(onDisk), { throwIfNoEntry: false }), 'lstat');
    // It went while the folder was read.
    if (stats === undefined || stats.isSocket()) continue;
    const shown = textOf(path);
    const isLeftOut = folder.rules.matches(shown) && !folder.always.has(shown);
    if (!isLeftOut) yield* file(folder, path, stats, names);
    if (stats.isDirectory() && !(isLeftOut && isPruned(folder, shown))) yield* directory(folder, path, names);
  }
}

/** Whether nothing below a folder is sent. */
function isPruned({ rules, always }: ContextFolder, folder: string): boolean {
  return rules.prunes(folder) && ![...always].some((path) => path.startsWith(`${folder}/`));
}

function* file(
  { directory: root, prefix }: ContextFolder,
  path: ByteString,
  stats: Stats,
  names: FirstNames,
): Generator<Buffer> {
  const onDisk = `${byteStringOf(root)}/${path}`;
  const name = `${byteStringOf(prefix)}${path}` as ByteString;
  const common = {
    ...plainEntry(name),
    mode: stats.mode & 0o7777,
    mtime: { seconds: Math.floor(stats.mtimeMs / 1000), nanoseconds: 0 },
  };
  if (stats.isDirectory()) yield formatTarHeader({ ...common, type: 'directory', path: `${name}/` as ByteString });
  else if (stats.isSymbolicLink()) {
    yield formatTarHeader({
      ...common,
      type: 'symlink',
      linkTarget: readlinkSync(bytesOf(onDisk), 'latin1') as ByteString,
    });
  } else if (stats.isFIFO()) yield formatTarHeader({ ...common, type: 'fifo' });
  else if (stats.isCharacterDevice()) yield formatTarHeader({ ...common, type: 'character', device: deviceOf(stats) });
  else if (stats.isBlockDevice()) yield formatTarHeader({ ...common, type: 'block', device: deviceOf(stats) });
  else if (stats.isFile()) {
    const first = firstName(name, stats, names);
    if (first === undefined) yield* content(common, onDisk, stats.size);
    else yield formatTarHeader({ ...common, type: 'hardlink', linkTarget: first });
  }
}

/** The name under which a file that has several was sent already. */
function firstName(name: ByteString, { dev, ino, nlink }: Stats, names: FirstNames): ByteString | undefined {
  if (nlink === 1) return undefined;
  const key = `${dev}:${ino}`;
  const first = names.get(key);
  if (first === undefined) names.set(key, name);
  return first;
}

/** As the kernel packs the two numbers into one. */
function deviceOf({ rdev }: Stats): TarEntry['device'] {
  const high = Math.floor(rdev / 2 ** 32);
  const low = rdev % 2 ** 32;
  return {
    major: ((low >>> 8) & 0xfff) + (high & ~0xfff),
    minor: (low & 0xff) + ((low >>> 12) & ~0xff),
  };
}

/** As many bytes as the header says. @throws CliError for a file that gets shorter while it is read */
function* content(entry: TarEntry, onDisk: string, sizeBytes: number): Generator<Buffer> {
  const shown = textOf(onDisk);
  if (sizeBytes <= READ_BYTES) {
    const bytes = reading(shown, () => readFileSync(bytesOf(onDisk)));
    // A small file is read at once: what it holds then is what is sent.
    yield formatTarHeader({ ...entry, sizeBytes: bytes.length });
    yield bytes;
    return yield tarPadding(bytes.length);
  }
  yield formatTarHeader({ ...entry, sizeBytes });
  const fd = reading(shown, () => openSync(bytesOf(onDisk), 'r'));
  try {
    for (let done = 0; done < sizeBytes; ) {
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes - done));
      const length = readSync(fd, buffer, 0, buffer.length, null);
      if (length === 0) throw new CliError(`${shown} got shorter while it was sent`);
      done += length;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
  yield tarPadding(sizeBytes);
}

function reading<T>(path: string, work: () => T, call = 'open'): T {
  try {
    return work();
  } catch (error) {
    throw new CliError(`error from sender: ${fileErrorText(call, path, error)}`, 1, { cause: error });
  }
}

function namesIn(path: string): string[] {
  return reading(textOf(path), () => readdirSync(bytesOf(path), 'latin1')).sort();
}

function plainEntry(path: ByteString): TarEntry {
  return {
    type: 'file',
    path,
    linkTarget: EMPTY,
    mode: 0o600,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
    extents: undefined,
  };
}

function* batched(source: Generator<Buffer>): Generator<Uint8Array> {
  let batch: Buffer[] = [];
  let batchBytes = 0;
  for (const piece of source) {
    batch.push(piece);
    batchBytes += piece.length;
    if (batchBytes < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    [batch, batchBytes] = [[], 0];
  }
  yield Buffer.concat(batch);
}

export function isFolder(path: string): boolean | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory();
}
