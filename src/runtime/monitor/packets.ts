import type { Socket } from 'node:net';
import type { MonitorStream } from '../runtime.ts';

const STDERR = 3;
/** Bytes taken in before the reader must catch up; the monitor, and then the container, waits meanwhile. */
const HIGH_WATER = 256 * 1024;

type Packet = { readonly stream: 'stdout' | 'stderr'; readonly data: Buffer };

/**
 * The packets of a monitor's socket, in order, each one byte of stream number and the data. Reading begins at once, so
 * that nothing is lost between the connection and the first `next`. Ends when the monitor has closed its side and all
 * it sent was taken. `onTaken` hears of what the reader has done with.
 */
export function packetsOf(socket: Socket, onTaken: (bytes: number) => void): MonitorStream['output'] {
  const waiting: Packet[] = [];
  let waitingBytes = 0;
  let ended = false;
  let wake: (() => void) | undefined;

  socket.on('data', (packet: Buffer) => {
    waiting.push({ stream: packet[0] === STDERR ? 'stderr' : 'stdout', data: packet.subarray(1) });
    waitingBytes += packet.length;
    if (waitingBytes >= HIGH_WATER) socket.pause();
    wake?.();
  });
  const end = () => {
    ended = true;
    wake?.();
  };
  socket.on('end', end);
  // A reset says no more than the end does: the monitor has closed, and all that it sent was read before.
  socket.on('error', end);
  socket.on('close', end);

  async function* read(): AsyncGenerator<Packet> {
    for (;;) {
      const batch = waiting.splice(0);
      waitingBytes = 0;
      if (batch.length > 0) {
        for (const packet of batch) {
          yield packet;
          onTaken(packet.data.length);
        }
        if (waitingBytes < HIGH_WATER && socket.isPaused()) socket.resume();
      } else if (ended) {
        socket.destroy();
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  }
  return read();
}
