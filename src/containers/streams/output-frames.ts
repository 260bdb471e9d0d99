import type { Duplex, Writable } from 'node:stream';
import { frameHeader } from '../../lib/stream-frame.ts';

/**
 * Writes one piece of output, in a frame when `stream` is given, and waits while the client reads more slowly. Returns
 * as well when the client is gone.
 */
export async function writeFrame(
  connection: Duplex | Writable,
  stream: 'stdout' | 'stderr' | undefined,
  data: Uint8Array,
): Promise<void> {
  if (connection.destroyed || !connection.writable) return;
  connection.cork();
  if (stream !== undefined) connection.write(frameHeader(stream, data.length));
  const more = connection.write(data);
  connection.uncork();
  if (!more) await drained(connection);
}

function drained(connection: Duplex | Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = () => {
    connection.off('drain', settle).off('close', settle);
    resolve();
  };
  connection.on('drain', settle).on('close', settle);
  if (connection.destroyed) settle();
  return promise;
}
