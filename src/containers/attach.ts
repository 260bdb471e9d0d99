import type { Duplex } from 'node:stream';
import { EngineError } from '../errors/engine-error.ts';
import type { ContainerId } from '../lib/ids.ts';
import type { MonitorStream } from '../runtime/runtime.ts';
import type { ContainersContext } from './context.ts';
import { pathsOf } from './paths.ts';
import { publish } from './publish.ts';
import { type ContainerRecord, isRunning } from './record.ts';
import { connectStreams, probe } from './streams/connect-streams.ts';
import { parseDetachKeys } from './streams/detach-keys.ts';
import { writeFrame } from './streams/output-frames.ts';

export interface AttachOptions {
  /** First what the log has so far. */
  readonly logs: boolean;
  readonly stream: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Empty for the default. */
  readonly detachKeys: string;
}

/** A connection that has been checked and can be taken over. */
export interface Attachment {
  readonly multiplexed: boolean;
  /** Returns when the session is over; the caller closes the connection. */
  serve(connection: Duplex): Promise<void>;
}

/**
 * Attaches to a container that runs, or to the next run of one that does not: then from its first byte.
 * @throws not_found, conflict when it is paused or restarts, invalid_argument for detach keys.
 */
export function attachToContainer(context: ContainersContext, ref: string, options: AttachOptions): Attachment {
  const detachKeys = parseDetachKeys(options.detachKeys);
  const record = context.store.resolve(ref);
  if (record.state.status === 'paused') {
    throw new EngineError('conflict', `container ${ref} is paused, unpause the container before attach`);
  }
  if (record.state.status === 'restarting') {
    throw new EngineError('conflict', `container ${ref} is restarting, wait until the container is running`);
  }
  const multiplexed = !record.config.Tty;
  return {
    multiplexed,
    async serve(connection) {
      publish(context, record, 'attach');
      // Asked for before anything is awaited: the client may start the container as soon as it has the response.
      const monitor = options.stream ? nextStream(context, record, connection) : Promise.resolve(undefined);
      if (options.logs) await replayLog(context, record, options, connection);
      const stream = await monitor;
      if (stream === undefined) return;
      const end = await connectStreams(stream, {
        ...options,
        connection,
        multiplexed,
        stdin: options.stdin && record.config.OpenStdin,
        closesStdin: record.config.StdinOnce,
        detachKeys,
      });
      if (end === 'detached') publish(context, record, 'detach');
    },
  };
}

async function nextStream(
  context: ContainersContext,
  record: ContainerRecord,
  connection: Duplex,
): Promise<MonitorStream | undefined> {
  const { id } = record;
  if (isRunning(record)) return attachToMonitor(context, id);
  const gone = new AbortController();
  const close = () => gone.abort();
  // The client's first input waits in the connection; only its end is looked for.
  const end = () => probe(connection);
  connection.on('close', close).on('end', end);
  if (connection.readableEnded) end();
  try {
    return await context.attachments.next(id, gone.signal);
  } finally {
    connection.off('close', close).off('end', end);
  }
}

/** Undefined for a container that has just ended: there is no more output. */
async function attachToMonitor(context: ContainersContext, id: ContainerId): Promise<MonitorStream | undefined> {
  try {
    return await context.runtime.attach(id);
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'not_found') return undefined;
    throw error;
  }
}

async function replayLog(
  context: ContainersContext,
  record: ContainerRecord,
  options: AttachOptions,
  connection: Duplex,
): Promise<void> {
  const { log } = pathsOf(context.options, record.id);
  for await (const batch of context.logs.read(log, { stdout: options.stdout, stderr: options.stderr })) {
    for (const { stream, data } of batch) {
      await writeFrame(connection, record.config.Tty ? undefined : stream, data);
    }
  }
}
