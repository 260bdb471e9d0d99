/**
 * The program that looks at, packs and unpacks files of containers, in a process of its own: blocking calls are fine,
 * and its root directory is the container's meanwhile. Each line of its standard input is an `ArchiveRequest`, for which
 * it writes lines, `ArchiveReply`, to its standard output, and it ends when its standard input does. The descriptor that
 * an archive goes to or comes from is sent with the request.
 */
import { closeSync, readSync, statSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { internalError, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { byteStringOf } from '../../lib/tar/byte-string.ts';
import { LinuxSyscalls } from '../../sys/linux.ts';
import { receiveWithDescriptor } from '../../sys/sockets/pass-descriptor.ts';
import type { Fd } from '../../sys/syscalls.ts';
import { tarFile, tarTree } from '../diff/tar-tree.ts';
import type { ArchiveReply, ArchiveRequest } from './archive-message.ts';
import { writeChunk, writeFully } from './chunked-output.ts';
import { enterTree } from './enter-tree.ts';
import { readBody } from './read-body.ts';
import { refuseReadonly } from './refuse-readonly.ts';
import { resolveLinks } from './resolve-links.ts';
import { statPath } from './stat-path.ts';
import { writeArchive } from './write-archive.ts';

const FLUSH_BYTES = 256 * 1024;
const REQUEST_READ_BYTES = 64 * 1024;
const LINE_END = 10;

const sys = new LinuxSyscalls();

function read(path: string, verb: 'read' | 'export' | 'send', output: Fd): void {
  const stat = statPath(path);
  reply({ stat });
  // The head of the answer goes to the client first: the end of input says that it has gone.
  if (verb === 'send' && readSync(0, Buffer.alloc(1)) === 0) process.exit(1);
  const write = verb === 'send' ? writeChunk : writeFully;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const flush = () => {
    write(output, Buffer.concat(pending));
    [pending, pendingBytes] = [[], 0];
  };
  const pieces =
    verb === 'export'
      ? tarTree(sys, path, { whiteouts: false })
      : tarFile(sys, byteStringOf(path), byteStringOf(stat.name));
  for (const piece of pieces) {
    if (piece.length >= FLUSH_BYTES) {
      flush();
      write(output, piece);
      continue;
    }
    pending.push(piece);
    pendingBytes += piece.length;
    if (pendingBytes >= FLUSH_BYTES) flush();
  }
  flush();
}

async function write(request: ArchiveRequest & { readonly verb: 'write' }, input: Fd): Promise<void> {
  const { path, framing, early } = request;
  statPath(path);
  const directory = resolveLinks('', path);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw internalError('extraction point is not a directory');
  }
  refuseReadonly(directory, request);
  await writeArchive(sys, directory, readBody(input, framing, Buffer.from(early, 'base64')), request);
}

async function serve(request: ArchiveRequest, descriptor: Fd | undefined): Promise<void> {
  if (request.verb === 'stat') return reply({ stat: statPath(request.path) });
  if (descriptor === undefined) throw internalError('a request for an archive came without a descriptor');
  if (request.verb === 'write') await write(request, descriptor);
  else read(request.path, request.verb, descriptor);
}

function reply(message: ArchiveReply): void {
  writeFully(1, Buffer.from(`${JSON.stringify(message)}\n`));
}

/** Undefined at the end of input. */
function receiveRequest(): { readonly request: ArchiveRequest; readonly descriptor: Fd | undefined } | undefined {
  let descriptor: Fd | undefined;
  for (let line = Buffer.alloc(0); ; ) {
    const bytes = Buffer.allocUnsafe(REQUEST_READ_BYTES);
    const { length, passed } = receiveWithDescriptor(0, bytes);
    if (length === 0) return undefined;
    descriptor = passed ?? descriptor;
    line = Buffer.concat([line, bytes.subarray(0, length)]);
    if (line.at(-1) === LINE_END) return { request: JSON.parse(line.toString()) as ArchiveRequest, descriptor };
  }
}

/** With the answer the container's tree has been left, or is with this process's end, which follows: nothing is held. */
async function answer(request: ArchiveRequest, descriptor: Fd | undefined): Promise<ArchiveReply> {
  const outcome = await outcomeOf(request, descriptor);
  return hasLeft() ? outcome : { ...outcome, isLast: true };
}

async function outcomeOf(request: ArchiveRequest, descriptor: Fd | undefined): Promise<ArchiveReply> {
  try {
    enterTree(sys, request);
    await serve(request, descriptor);
    return { done: true };
  } catch (error) {
    return {
      failed: { kind: isEngineError(error, 'not_found') ? 'not_found' : 'internal', message: messageOf(error) },
    };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** False where threads that were made inside are there still, as decompression has them: only the end lets go of those. */
function hasLeft(): boolean {
  try {
    leaveTree();
    return true;
  } catch (error) {
    if (!hasErrorCode(error, 'EINVAL')) throw error;
    return false;
  }
}

// Node would keep its compiled code at exit otherwise, when all paths may mean something else.
flushCompileCache();
process.umask(0);
const leaveTree = sys.rememberRoot();
for (let next = receiveRequest(); next !== undefined; next = receiveRequest()) {
  const answered = await answer(next.request, next.descriptor);
  reply(answered);
  if ('isLast' in answered) process.exit();
}
