import { internalError, messageOf } from '../../errors/engine-error.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { byteStringOf, bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { decompress, detectCompression } from '../compression.ts';
import { LayerTree } from '../unpack/layer-tree.ts';
import { writeEntry } from '../unpack/write-entry.ts';
import type { WriteOptions } from './archive-message.ts';

const MAGIC_BYTES = 6;

/**
 * Unpacks an archive into `directory` (a real path below the process's root), over what is there. Plain, gzip or zstd; a
 * piece of it need not outlive the next. What was unpacked before a failure stays, as with Docker.
 * @throws internal, with Docker's texts where it has one; what the source throws.
 */
export async function writeArchive(
  sys: Syscalls,
  directory: string,
  archive: Generator<Buffer>,
  options: WriteOptions,
): Promise<void> {
  const tree = new LayerTree();
  const base = byteStringOf(directory).split('/').filter(Boolean);
  for await (const read of readTar(plain(archive))) {
    const parts = partsBelow(read.entry.path, directory);
    const name = parts.pop();
    if (name === undefined) {
      if (options.withRoot === true && read.entry.type === 'directory')
        await writeEntry(tree, sys, byteStringOf(directory), read);
      continue;
    }
    const entry = placed(read.entry, directory, options);
    const entryPath = textOf(entry.path);
    const path = `${tree.directory([...base, ...parts], entryPath)}/${name}`;
    if (options.keepKinds) refuseOtherKind(tree, path, entry, directory);
    try {
      await writeEntry(tree, sys, path, { ...read, entry });
    } catch (error) {
      throw internalError(failureText(error, path), error);
    }
  }
  for (const [path, time] of tree.directoryTimes()) sys.setTimes(bytesOf(path), time);
}

/** What is mounted in the container cannot be replaced. */
function failureText(error: unknown, path: string): string {
  const text = messageOf(error);
  return /resource busy/i.test(text) ? `unlinkat ${textOf(path as ByteString)}: device or resource busy` : text;
}

/** A hard link's target is a path of the archive as well. */
function placed(entry: TarEntry, directory: string, { owner }: WriteOptions): TarEntry {
  const own = owner === undefined ? entry : { ...entry, ...owner };
  if (entry.type !== 'hardlink') return own;
  const parts = partsBelow(entry.linkTarget, directory);
  return { ...own, linkTarget: `${byteStringOf(directory)}/${parts.join('/')}` as ByteString };
}

function partsBelow(path: ByteString, directory: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) {
      throw internalError(`${JSON.stringify(textOf(path).replace(/(?<=.)\/$/, ''))} is outside of "${directory}"`);
    }
  }
  return parts;
}

function refuseOtherKind(tree: LayerTree, path: string, entry: TarEntry, directory: string): void {
  const there = tree.lstat(path);
  if (there === undefined || there.isDirectory() === (entry.type === 'directory')) return;
  const [old, now] = there.isDirectory() ? ['directory', 'non-directory'] : ['non-directory', 'directory'];
  throw internalError(
    `cannot overwrite ${old} ${JSON.stringify(textOf(path))} with ${now} ${JSON.stringify(directory)}`,
  );
}

async function* plain(source: Generator<Buffer>): AsyncGenerator<Uint8Array> {
  let start: Buffer = Buffer.alloc(0);
  while (start.length < MAGIC_BYTES) {
    const next = source.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const compression = detectCompression(start);
  async function* whole(): AsyncGenerator<Buffer> {
    yield start;
    // A decompressor reads ahead.
    for (const piece of source) yield compression === 'none' ? piece : Buffer.from(piece);
  }
  yield* decompress(whole(), compression);
}
