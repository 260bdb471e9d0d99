/**
 * The program that looks at, packs or unpacks files of a container, in a process of its own: blocking calls are fine,
 * and its root directory is the container's, so that no symbolic link leads anywhere else, whoever changes the tree
 * meanwhile. It has a mount namespace of its own, too, whose mounts go with it. Its first argument is an
 * `ArchiveRequest`; it answers on standard output with an `ArchiveReply` and, to `read`, the archive.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { flushCompileCache } from 'node:module';
import { basename, dirname } from 'node:path/posix';
import { EngineError, internalError, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { byteStringOf } from '../../lib/tar/byte-string.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { KERNEL_PLACES } from '../../sys/mount-table.ts';
import { hasErrorCode } from '../../sys/syscall-error.ts';
import { tarFile, tarTree } from '../diff/tar-tree.ts';
import type { ArchiveReply, ArchiveRequest, ContainerTree, PathStat } from './archive-message.ts';
import { writeChunk } from './chunked-output.ts';
import { refuseReadonly } from './refuse-readonly.ts';
import { resolveLinks } from './resolve-links.ts';
import { writeArchive } from './write-archive.ts';

const CLIENT_FD = 3;
const FLUSH_BYTES = 256 * 1024;
const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ENOTDIR: 'not a directory',
  ENAMETOOLONG: 'file name too long',
  ELOOP: 'too many levels of symbolic links',
};

let archiveHasBegun = false;

function enter(sys: LinuxSyscalls, tree: ContainerTree): void {
  // Node would keep its compiled code at exit otherwise, when all paths mean something else.
  flushCompileCache();
  if (tree.namespace === undefined) enterStopped(sys, tree);
  else enterRunning(sys, tree.namespace, tree.mounts);
  process.chdir('/');
  process.umask(0);
}

/** What is to be mounted is taken hold of outside, and put in place inside, where no link leads out again. */
function enterStopped(sys: LinuxSyscalls, { root, mounts }: ContainerTree): void {
  sys.enterMountNamespace();
  const trees = mounts.map(({ source, target }) => ({ tree: sys.openTree(source), target }));
  sys.chroot(root);
  process.chdir('/');
  for (const { tree, target } of trees) {
    const place = resolveLinks('', target);
    makePlace(place, fstatSync(tree).isDirectory());
    sys.moveMount(tree, place);
    closeSync(tree);
  }
}

/** Where a container has never been started its mounts have no place yet: they get one, as at its start. */
function makePlace(path: string, isDirectory: boolean): void {
  if (existsSync(path)) return;
  mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o755 });
  if (!isDirectory) closeSync(openSync(path, 'wx', 0o644));
}

/** The kernel's own file systems are no files of the container: below them is what its layers hold. */
function enterRunning(sys: LinuxSyscalls, namespace: string, mounts: ContainerTree['mounts']): void {
  sys.enterMountNamespaceOf(namespace);
  const users = new Set(mounts.map(({ target }) => target));
  for (const place of KERNEL_PLACES.filter((one) => !users.has(one))) {
    try {
      sys.detachMount(place);
    } catch (error) {
      // Nothing is mounted there: it is a folder of the container's.
      if (!hasErrorCode(error, 'EINVAL', 'ENOENT')) throw error;
    }
  }
}

/** @throws not_found, internal with Docker's text. */
function statPath(path: string): PathStat {
  try {
    const { mode, size, mtimeNs } = lstatSync(path, { bigint: true });
    const isLink = (mode & 0o170000n) === 0o120000n;
    return {
      name: /(?:^|\/)\.$/.test(path) ? '.' : basename(path) || '/',
      sizeBytes: Number(size),
      mode: Number(mode),
      mtimeNs: String(mtimeNs),
      linkTarget: isLink ? resolveLinks('', path) : '',
    };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw new EngineError('not_found', path, { cause: error });
    throw internalError(`lstat ${path}: ${textOfError(error)}`, error);
  }
}

function textOfError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ERRNO_TEXTS[code] ?? messageOf(error);
}

function read(sys: LinuxSyscalls, path: string, verb: 'read' | 'export' | 'send'): void {
  const stat = statPath(path);
  reply({ stat });
  // The head of the answer goes to the client first: the end of input says that it has gone.
  if (verb === 'send') readFileSync(0);
  const write = verb === 'send' ? (bytes: Uint8Array) => writeChunk(CLIENT_FD, bytes) : writeAll;
  archiveHasBegun = true;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    write(Buffer.concat(pending));
    [pending, pendingBytes] = [[], 0];
  };
  const pieces =
    verb === 'export'
      ? tarTree(sys, path, { whiteouts: false })
      : tarFile(sys, byteStringOf(path), byteStringOf(stat.name));
  for (const piece of pieces) {
    if (piece.length >= FLUSH_BYTES) {
      flush();
      write(piece);
      continue;
    }
    pending.push(piece);
    pendingBytes += piece.length;
    if (pendingBytes >= FLUSH_BYTES) flush();
  }
  flush();
}

function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

function reply(message: ArchiveReply): void {
  writeAll(Buffer.from(`${JSON.stringify(message)}\n`));
}

async function main(request: ArchiveRequest): Promise<void> {
  const sys = new LinuxSyscalls();
  const { path } = request;
  enter(sys, request);
  const { verb } = request;
  if (verb === 'read' || verb === 'export' || verb === 'send') return read(sys, path, verb);
  const stat = statPath(path);
  if (request.verb !== 'write') return reply({ stat });
  const directory = resolveLinks('', path);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw internalError('extraction point is not a directory');
  }
  refuseReadonly(directory, request);
  await writeArchive(sys, directory, request);
  reply({ written: true });
}

try {
  await main(JSON.parse(process.argv[2] ?? '') as ArchiveRequest);
} catch (error) {
  const kind = isEngineError(error, 'not_found') ? 'not_found' : 'internal';
  // In the middle of an archive the exit status tells that it broke off, and standard error says why.
  if (archiveHasBegun) writeSync(2, messageOf(error));
  else reply({ failed: { kind, message: messageOf(error) } });
  process.exitCode = 1;
}
