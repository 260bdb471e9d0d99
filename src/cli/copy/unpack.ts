import { spawnSync } from 'node:child_process';
import { chmod, link, lutimes, mkdir, open, realpath, rm, symlink, utimes } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';
import type { ReadEntry } from '../../lib/tar/tar-reader.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import { CliError } from '../errors.ts';
import { lstatIfThere } from '../io/lstat-if-there.ts';

/**
 * Unpacks an archive from a container into a local directory that is there. Files belong to whoever copies them. No
 * entry goes anywhere else: neither by its name nor through a symbolic link.
 * @throws CliError, with docker's texts where it has one; what was unpacked until then stays
 */
export async function unpackLocal(
  archive: AsyncIterable<Uint8Array>,
  directory: string,
  rename: (name: string) => string,
): Promise<void> {
  const root = await realpath(directory);
  const directoryTimes: [path: string, seconds: number][] = [];
  for await (const read of readTar(archive)) {
    const { entry } = read;
    const name = normalize(rename(textOf(entry.path))).replace(/^\/+|\/+$/g, '');
    if (name === '..' || name.startsWith('../')) throw new CliError(`"${name}" is outside of "${directory}"`);
    const path = join(root, name);
    if (path === root) continue;
    await checkParent(root, path, name);
    await refuseOtherKind(path, entry, directory);
    await write(root, path, read, rename);
    if (entry.type === 'directory') directoryTimes.push([path, secondsOf(entry)]);
  }
  for (const [path, seconds] of directoryTimes) await utimes(path, seconds, seconds);
}

function secondsOf({ mtime }: TarEntry): number {
  return mtime.seconds + mtime.nanoseconds / 1e9;
}

/** The directory that an entry goes into is made where it is missing, and must really be below `root`. */
async function checkParent(root: string, path: string, name: string): Promise<void> {
  const parent = join(path, '..');
  await mkdir(parent, { recursive: true });
  const real = await realpath(parent);
  if (real !== root && !real.startsWith(root === '/' ? root : `${root}/`)) {
    throw new CliError(`"${name}" is outside of "${root}": a symbolic link leads out of it`);
  }
}

/** What is in the way goes, unless one of the two is a directory and the other is not. */
async function refuseOtherKind(path: string, entry: TarEntry, directory: string): Promise<void> {
  const there = await lstatIfThere(path);
  if (there === undefined) return;
  const isDirectory = entry.type === 'directory';
  if (there.isDirectory() && !isDirectory) {
    throw new CliError(`cannot overwrite directory "${path}" with non-directory "${directory}"`);
  }
  if (!there.isDirectory() && isDirectory) {
    throw new CliError(`cannot overwrite non-directory "${path}" with directory "${directory}"`);
  }
  if (!there.isDirectory()) await rm(path);
}

async function write(root: string, path: string, read: ReadEntry, rename: (name: string) => string): Promise<void> {
  const { entry } = read;
  const seconds = secondsOf(entry);
  switch (entry.type) {
    case 'directory':
      await mkdir(path, { recursive: true });
      return chmod(path, entry.mode);
    case 'file':
      await writeFile(path, read);
      return utimes(path, seconds, seconds);
    case 'symlink':
      await symlink(textOf(entry.linkTarget), path);
      return lutimes(path, seconds, seconds);
    case 'hardlink': {
      const name = normalize(`/${rename(textOf(entry.linkTarget))}`);
      await checkParent(root, join(root, name), name);
      return link(join(root, name), path);
    }
    case 'character':
    case 'block':
    case 'fifo':
      makeNode(path, entry);
      return chmod(path, entry.mode);
  }
}

async function writeFile(path: string, { entry, data }: ReadEntry): Promise<void> {
  // `x`: nothing that came between is followed or written over.
  const file = await open(path, 'wx', 0o600);
  try {
    const extents = entry.extents ?? [{ offset: 0, length: entry.sizeBytes }];
    let at = 0;
    let left = extents[0]?.length ?? 0;
    let offset = extents[0]?.offset ?? 0;
    for await (const piece of data) {
      for (let done = 0; done < piece.length; ) {
        while (left === 0 && at < extents.length - 1) {
          at++;
          left = extents[at]?.length ?? 0;
          offset = extents[at]?.offset ?? 0;
        }
        const { bytesWritten } = await file.write(piece, done, Math.min(left, piece.length - done), offset);
        done += bytesWritten;
        offset += bytesWritten;
        left -= bytesWritten;
      }
    }
    if (entry.extents !== undefined) await file.truncate(entry.sizeBytes);
    await file.chmod(entry.mode);
  } finally {
    await file.close();
  }
}

function makeNode(path: string, { type, device }: TarEntry): void {
  const numbers = type === 'fifo' ? ['p'] : [type === 'block' ? 'b' : 'c', String(device.major), String(device.minor)];
  const { status, stderr } = spawnSync('mknod', [path, ...numbers], { encoding: 'utf8' });
  if (status !== 0) throw new CliError(`mknod ${path}: ${stderr.trim()}`);
}
