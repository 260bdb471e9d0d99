import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { EngineError, internalError, messageOf } from '../../errors/engine-error.ts';
import { closingIterable } from '../../lib/closing-iterable.ts';
import { descriptorOf } from '../../sys/descriptor-socket.ts';
import { hasErrorCode } from '../../sys/syscall-error.ts';
import type { ArchiveReply, ArchiveRequest, DirectOutput, PathStat } from './archive-message.ts';

const PROGRAM = fileURLToPath(new URL('./archive-process.ts', import.meta.url));
const LINE_END = 10;

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when the process has ended, with what it wrote to standard error unless its status was 0. */
  readonly ended: Promise<string | undefined>;
}

type RequestOf<V extends ArchiveRequest['verb']> = Extract<ArchiveRequest, { readonly verb: V | string }> & {
  readonly verb: V;
};

/** @throws not_found with the path as its message, internal. */
export async function statInTree(request: RequestOf<'stat'>, compileCache: string): Promise<PathStat> {
  const running = start(request, compileCache);
  running.child.stdin.end();
  const output = running.child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { reply } = await readReply(output, running);
  await running.ended;
  if (!('stat' in reply)) throw internalError('looking into a container ended without an answer');
  return reply.stat;
}

/**
 * The archive of one path. The process goes as fast as it is read, and has ended when the loop has, also when that is
 * left early; a loop that never begins must be ended by the iterator's `return`.
 * @throws as `statInTree`; internal at the end of an archive that broke off.
 */
export async function readFromTree(
  request: RequestOf<'read' | 'export'>,
  compileCache: string,
): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }> {
  const running = start(request, compileCache);
  running.child.stdin.end();
  const output = running.child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { reply, rest } = await readReply(output, running);
  if (!('stat' in reply)) throw internalError('reading from a container ended without an answer');
  return { stat: reply.stat, archive: closingIterable(archiveOf(running, rest, output), () => stop(running)) };
}

/**
 * The archive of one path, written by the process itself as chunks of the body of an answer into a client's socket:
 * none of it passes through the daemon. `begin` sends the head of the answer, and nobody else writes to the socket
 * until this resolves; the chunk that ends the body is left to the caller.
 * @throws as `statInTree`, before `begin`; internal for an archive that broke off, also because the client has gone.
 */
export async function sendFromTree(
  request: RequestOf<'send'>,
  compileCache: string,
  output: DirectOutput,
): Promise<void> {
  const { socket } = output;
  const client = descriptorOf(socket);
  if (client === undefined) throw internalError('the client has gone');
  const running = start(request, compileCache, client);
  const hangUp = () => running.child.kill('SIGKILL');
  socket.once('close', hangUp);
  try {
    const { reply } = await readReply(running.child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>, running);
    if (!('stat' in reply)) throw internalError('reading from a container ended without an answer');
    await output.begin(reply.stat);
    running.child.stdin.end();
    running.child.stdout.resume();
    const failure = await running.ended;
    if (failure !== undefined) throw internalError(`reading from a container broke off: ${failure}`);
  } catch (error) {
    await stop(running);
    throw error;
  } finally {
    socket.off('close', hangUp);
  }
}

async function* archiveOf(
  { ended }: Running,
  start: Buffer,
  output: AsyncIterator<Buffer>,
): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await output.next(); next.done !== true; next = await output.next()) yield next.value;
  const failure = await ended;
  if (failure !== undefined) throw internalError(`reading from a container broke off: ${failure}`);
}

/** @throws as `statInTree`. The archive is not read to its end after a failure. */
export async function writeToTree(
  request: RequestOf<'write'>,
  archive: AsyncIterable<Uint8Array>,
  compileCache: string,
): Promise<void> {
  const running = start(request, compileCache);
  const output = running.child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const source = archive instanceof Readable ? archive : Readable.from(archive, { objectMode: false });
  const fed = pipeline(source, running.child.stdin).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(messageOf(error))),
  );
  const replied = readReply(output, running);
  const failure = await Promise.race([fed, replied.then(() => undefined)]);
  // A pipe that breaks because the process has refused the rest: its answer says why.
  if (failure !== undefined && !hasErrorCode(failure, 'EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE')) {
    await Promise.allSettled([stop(running), replied]);
    throw failure;
  }
  await replied;
  await running.ended;
}

function start(request: ArchiveRequest, compileCache: string, client?: number): Running {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(request)], {
    stdio: ['pipe', 'pipe', 'pipe', ...(client === undefined ? [] : [client])],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  }) as ChildProcessByStdio<Writable, Readable, Readable>;
  const { promise: ended, resolve } = Promise.withResolvers<string | undefined>();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => resolve(error.message));
  child.on('close', (code, signal) =>
    resolve(code === 0 ? undefined : err.trim() || `it ended with ${signal ?? code}`),
  );
  return { child, ended };
}

/** What it wrote and nobody has read is dropped: with that left in its pipe the process would never count as ended. */
async function stop({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  child.stdout.destroy();
  await ended;
}

async function readReply(
  output: AsyncIterator<Buffer>,
  running: Running,
): Promise<{ readonly reply: ArchiveReply; readonly rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  for (let next = await output.next(); next.done !== true; next = await output.next()) {
    bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
    const end = bytes.indexOf(LINE_END);
    if (end === -1) continue;
    const reply = JSON.parse(bytes.subarray(0, end).toString()) as ArchiveReply;
    if ('failed' in reply) {
      await stop(running);
      throw new EngineError(reply.failed.kind, reply.failed.message);
    }
    return { reply, rest: bytes.subarray(end + 1) };
  }
  throw internalError(`looking into a container ended without an answer: ${(await running.ended) ?? ''}`);
}
