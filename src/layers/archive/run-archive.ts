import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { internalError, messageOf } from '../../errors/engine-error.ts';
import { closingIterable } from '../../lib/closing-iterable.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { descriptorOf, holdReading, socketOn } from '../../sys/sockets/descriptor-socket.ts';
import type { Fd, Syscalls } from '../../sys/syscalls.ts';
import type { ArchiveReply, ArchiveRequest, DirectInput, DirectOutput, PathStat } from './archive-message.ts';
import type { ArchiveWorker } from './archive-worker.ts';
import type { ArchiveWorkers } from './archive-workers.ts';

type RequestOf<V extends ArchiveRequest['verb']> = Extract<ArchiveRequest, { readonly verb: V | string }> & {
  readonly verb: V;
};
type WriteRequest = Omit<RequestOf<'write'>, 'framing' | 'early'>;

/** @throws not_found with the path as its message, internal. */
export function statInTree(workers: ArchiveWorkers, request: RequestOf<'stat'>): Promise<PathStat> {
  return withWorker(workers, async (worker) => {
    worker.request(request);
    const stat = statOf(await worker.reply());
    await worker.reply();
    return stat;
  });
}

/**
 * The archive of one path. The process goes as fast as it is read, and is done with it when the loop is, also when that
 * is left early; a loop that never begins must be ended by the iterator's `return`.
 * @throws as `statInTree`; internal at the end of an archive that broke off.
 */
export async function readFromTree(
  workers: ArchiveWorkers,
  syscalls: Pick<Syscalls, 'createStreamPair'>,
  request: RequestOf<'read' | 'export'>,
): Promise<{ readonly stat: PathStat; readonly archive: AsyncIterable<Uint8Array> }> {
  const worker = workers.take();
  let output: Socket | undefined;
  const release = async () => {
    output?.destroy();
    await workers.giveBack(worker);
  };
  try {
    output = connectTo(syscalls, (data) => worker.request(request, data));
    const stat = statOf(await worker.reply());
    return { stat, archive: closingIterable(archiveOf(worker, output), release) };
  } catch (error) {
    await release();
    throw error;
  }
}

async function* archiveOf(worker: ArchiveWorker, output: Socket): AsyncGenerator<Uint8Array> {
  yield* output as AsyncIterable<Buffer>;
  await ofReading(worker.reply());
}

/**
 * The archive of one path, written by the process itself as chunks of the body of an answer into a client's socket:
 * none of it passes through the daemon. `begin` sends the head of the answer, and nobody else writes to the socket
 * until this resolves; the chunk that ends the body is left to the caller.
 * @throws as `statInTree`, before `begin`; internal for an archive that broke off, also because the client has gone.
 */
export async function sendFromTree(
  workers: ArchiveWorkers,
  request: RequestOf<'send'>,
  output: DirectOutput,
): Promise<void> {
  const client = clientOf(output.socket);
  await withWorker(workers, async (worker) => {
    worker.request(request, client);
    await output.begin(statOf(await worker.reply()));
    worker.proceed();
    // When the client goes, the process's next write fails. docker's goes with the archive's end, before that of the body.
    await ofReading(worker.reply());
  });
}

/**
 * Unpacks what the archive gives. It is not read to its end after a failure.
 * @throws as `statInTree`; what the archive throws.
 */
export async function writeToTree(
  workers: ArchiveWorkers,
  syscalls: Pick<Syscalls, 'createStreamPair'>,
  request: WriteRequest,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  const source = archive instanceof Readable ? archive : Readable.from(archive, { objectMode: false });
  await withWorker(workers, async (worker) => {
    const input = connectTo(syscalls, (data) => worker.request({ ...request, framing: 'end', early: '' }, data));
    const fed = pipeline(source, input).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(messageOf(error))),
    );
    const replied = worker.reply();
    const failure = await Promise.race([fed, replied.then(() => undefined)]).finally(() => input.destroySoon());
    // A connection that breaks because the process has refused the rest: its answer says why.
    if (failure !== undefined && !hasErrorCode(failure, 'EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE')) {
      await Promise.allSettled([worker.kill(), replied]);
      throw failure;
    }
    await replied;
  });
}

/**
 * As `writeToTree`, by the process itself out of a client's socket, which is the caller's again afterwards. Of what
 * follows the body some may have been read: no other request can come over this connection.
 */
export async function receiveIntoTree(
  workers: ArchiveWorkers,
  request: WriteRequest,
  { socket, framing }: DirectInput,
): Promise<void> {
  const client = clientOf(socket);
  const held = holdReading(socket);
  try {
    await withWorker(workers, async (worker) => {
      worker.request({ ...request, framing, early: held.early.toString('base64') }, client);
      await worker.reply();
    });
  } finally {
    held.release();
  }
}

async function withWorker<T>(workers: ArchiveWorkers, work: (worker: ArchiveWorker) => Promise<T>): Promise<T> {
  const worker = workers.take();
  try {
    return await work(worker);
  } finally {
    await workers.giveBack(worker);
  }
}

function clientOf(socket: Socket): Fd {
  const client = descriptorOf(socket);
  if (client === undefined) throw internalError('the client has gone');
  return client;
}

/** This side of a connection whose other side `send` gives away. */
function connectTo(syscalls: Pick<Syscalls, 'createStreamPair'>, send: (data: Fd) => void): Socket {
  const [here, there] = syscalls.createStreamPair();
  const socket = socketOn(here, { allowHalfOpen: true });
  // Whoever reads or writes learns of it.
  socket.on('error', () => undefined);
  try {
    send(there);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    closeSync(there);
  }
  return socket;
}

function statOf(reply: ArchiveReply): PathStat {
  if (!('stat' in reply)) throw internalError('looking into a container ended without an answer');
  return reply.stat;
}

async function ofReading(reply: Promise<ArchiveReply>): Promise<void> {
  try {
    await reply;
  } catch (error) {
    throw internalError(`reading from a container broke off: ${messageOf(error)}`, error);
  }
}
