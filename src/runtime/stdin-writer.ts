import type { Socket } from 'node:net';
import { Writable } from 'node:stream';

/** The monitor reads packets into a buffer of this size; what a packet has beyond it would be lost. */
const PACKET_BYTES = 8192;

type Done = (error?: Error | null) => void;

/**
 * Standard input of a container, over a connection that is made when first needed. Waits for the monitor to take each
 * packet, so that a container that does not read holds its client up. What is written after the container has ended,
 * or where standard input is not open, is dropped: so does Docker.
 */
export class StdinWriter extends Writable {
  readonly #connect: () => Socket | undefined;
  #socket: Socket | undefined;
  #used = false;
  #broken = false;

  constructor(connect: () => Socket | undefined) {
    super({ highWaterMark: 64 * 1024 });
    this.#connect = connect;
  }

  /** Whether a connection was ever made, and so standard input is this client's. */
  get wasUsed(): boolean {
    return this.#used;
  }

  #open(): Socket | undefined {
    if (this.#used) return this.#socket;
    this.#used = true;
    try {
      this.#socket = this.#connect();
    } catch {
      // The monitor has ended, and with it whoever would have read this.
      this.#broken = true;
    }
    this.#socket?.on('error', () => {
      this.#broken = true;
    });
    this.#socket?.on('close', () => {
      this.#broken = true;
    });
    return this.#socket;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    const socket = this.#open();
    let offset = 0;
    const next = (): void => {
      if (socket === undefined || this.#broken || offset >= chunk.length) return done();
      const packet = chunk.subarray(offset, offset + PACKET_BYTES);
      offset += packet.length;
      socket.write(packet, next);
    };
    next();
  }

  override _final(done: Done): void {
    const socket = this.#open();
    if (socket === undefined || this.#broken) return done();
    socket.once('close', () => done());
    socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }
}
