import type { Duplex } from 'node:stream';
import type { MonitorStream } from '../../runtime/runtime.ts';
import { DetachScanner } from './detach-keys.ts';
import { writeFrame } from './output-frames.ts';

export interface ClientStreams {
  readonly connection: Duplex;
  /** Without a terminal both outputs share the connection in frames. */
  readonly multiplexed: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** The end of the client's input closes the process's. */
  readonly closesStdin: boolean;
  /** Only looked for on terminals. */
  readonly detachKeys: readonly number[];
}

export type StreamEnd = 'output ended' | 'detached' | 'client gone';

/**
 * Joins a client and a monitor until the output ends, the client types its detach keys, or it hangs up. Either side's
 * pace holds the other. Afterwards the monitor's stream is closed and nothing listens on the connection any more.
 */
export async function connectStreams(monitor: MonitorStream, client: ClientStreams): Promise<StreamEnd> {
  const { connection } = client;
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<StreamEnd>();
  const stopInput = forwardInput(monitor, client, () => interrupt('detached'));
  const gone = () => interrupt('client gone');
  connection.on('close', gone);
  if (connection.destroyed) gone();
  try {
    return await Promise.race([forwardOutput(monitor, client), interrupted]);
  } finally {
    connection.off('close', gone);
    stopInput();
    monitor.close();
  }
}

async function forwardOutput(monitor: MonitorStream, client: ClientStreams): Promise<StreamEnd> {
  const { connection, multiplexed } = client;
  for await (const { stream, data } of monitor.output) {
    if (!client[stream]) continue;
    if (connection.destroyed) return 'client gone';
    await writeFrame(connection, multiplexed ? stream : undefined, data);
  }
  return 'output ended';
}

/** @returns what takes its listeners away again. */
function forwardInput(monitor: MonitorStream, client: ClientStreams, detached: () => void): () => void {
  const { connection, multiplexed, closesStdin } = client;
  const { input } = monitor;
  const scanner = multiplexed ? undefined : new DetachScanner(client.detachKeys);
  const data = (chunk: Buffer) => {
    // What nobody takes is still read, so that the end of the connection is seen.
    if (!client.stdin || input.destroyed) return;
    const { forward, detached: isDetached } = scanner?.scan(chunk) ?? { forward: chunk, detached: false };
    if (forward.length > 0 && !input.write(forward)) connection.pause();
    if (isDetached) detached();
  };
  const end = () => {
    if (client.stdin && closesStdin) input.end();
    probe(connection);
  };
  const drain = () => connection.resume();
  // A process that no longer reads is no error of the session: its output goes on.
  const inputGone = () => connection.resume();
  connection.on('data', data).on('end', end);
  input.on('drain', drain).on('error', inputGone).on('close', inputGone);
  connection.resume();
  // A client that was quick has ended its input before anybody listened.
  if (connection.readableEnded) end();
  return () => {
    connection.off('data', data).off('end', end);
    input.off('drain', drain).off('close', inputGone);
  };
}

/**
 * The end of a client's input may be a half-close or the whole client gone. On a Unix socket an empty write tells: the
 * kernel refuses it with EPIPE when nobody can read any more, and the connection closes itself.
 */
export function probe(connection: Duplex): void {
  if (!connection.destroyed && connection.writable) connection.write(Buffer.alloc(0));
}
