import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { textOf } from '../../lib/tar/byte-string.ts';
import { BLOCK_BYTES, parseHeader } from '../../lib/tar/header.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { decompress, detectCompression } from '../compression.ts';
import { decompressorOf, MAGIC_BYTES } from '../decompressor.ts';
import { entryParts } from '../unpack/entry-path.ts';
import type { LayerTree } from '../unpack/layer-tree.ts';
import { writeEntry } from '../unpack/write-entry.ts';
import { refuseWhiteout } from './refuse-whiteout.ts';

const READ_BYTES = 1024 * 1024;
/** A stretch of an open file. */
export interface Stretch {
  readonly fd: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * The stretch itself, or what bzip2 or xz make of it in a file that has no name; the caller closes that. Before the
 * process's root changes.
 * @throws invalid_argument where the host lacks the program, or the data are damaged.
 */
export function expandByProgram(stretch: Stretch, dataPath: string): Stretch {
  const program = decompressorOf(readStart(stretch, MAGIC_BYTES));
  if (program === undefined) return stretch;
  const path = `${dataPath}.${program}`;
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const script = 'tail -c "+$2" "$1" | head -c "$3" | "$0" -dc';
  const args = ['-c', script, program, dataPath, String(stretch.offset + 1), String(stretch.sizeBytes)];
  const { status, stderr } = spawnSync('sh', args, { stdio: ['ignore', fd, 'pipe'] });
  if (status !== 0) {
    closeSync(fd);
    throw invalidArgument(`an archive cannot be unpacked by ${program}: ${stderr.toString().trim()}`);
  }
  return { fd, offset: 0, sizeBytes: fstatSync(fd).size };
}

/**
 * Unpacks a file that is a tar, plain or compressed, into the directory that `place` makes. @returns false for any
 * other file.
 */
export async function unpackFile(
  sys: Syscalls,
  tree: LayerTree,
  stretch: Stretch,
  place: () => string,
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<boolean> {
  if (!(await isArchive(stretch))) return false;
  const target = place();
  const base = target.split('/').filter(Boolean);
  for await (const { entry, data } of readTar(plainOf(stretch))) {
    const parts = entryParts(entry.path);
    const name = parts.pop();
    if (name === undefined) continue;
    refuseWhiteout(entry);
    const parent = tree.directory([...base, ...parts], textOf(entry.path));
    await writeEntry(tree, sys, `${parent}/${name}`, { entry: placed(entry, target, owner), data });
  }
  return true;
}

/** A hard link's target is a path of the archive. */
function placed(entry: TarEntry, target: string, owner: { uid: number; gid: number } | undefined): TarEntry {
  const own = owner === undefined ? entry : { ...entry, ...owner };
  if (entry.type !== 'hardlink') return own;
  return { ...own, linkTarget: `${target}/${entryParts(entry.linkTarget).join('/')}` as ByteString };
}

async function isArchive(stretch: Stretch): Promise<boolean> {
  try {
    let start: Buffer = Buffer.alloc(0);
    for await (const piece of plainOf(stretch)) {
      start = Buffer.concat([start, piece]);
      if (start.length >= BLOCK_BYTES) break;
    }
    return start.length >= BLOCK_BYTES && typeof parseHeader(start.subarray(0, BLOCK_BYTES)) === 'object';
  } catch (error) {
    // Compressed data that are damaged from the start on are data like any other.
    if (isEngineError(error, 'invalid_argument')) return false;
    throw error;
  }
}

/** What a stretch holds, decompressed. */
export async function* plainOf(stretch: Stretch): AsyncGenerator<Uint8Array> {
  yield* decompress(pieces(stretch), detectCompression(readStart(stretch, MAGIC_BYTES)));
}

function readStart({ fd, offset, sizeBytes }: Stretch, length: number): Buffer {
  const start = Buffer.alloc(Math.min(length, sizeBytes));
  return start.subarray(0, readSync(fd, start, 0, start.length, offset));
}

/** The data of a stretch. @throws internal when the file is shorter than that. */
export async function* pieces({ fd, offset, sizeBytes }: Stretch): AsyncGenerator<Buffer> {
  for (let done = 0; done < sizeBytes; ) {
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes - done));
    const length = readSync(fd, buffer, 0, buffer.length, offset + done);
    if (length === 0) throw new Error('a spooled file is shorter than its index says');
    done += length;
    // Everything else blocks: this is when the end of the standard input is noticed.
    await setImmediate();
    yield buffer.subarray(0, length);
  }
}
