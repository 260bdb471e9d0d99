import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { isEngineError } from '../../errors/engine-error.ts';

/** The monitor reads packets into a buffer of this size; what a packet has beyond it would be lost. */
const PACKET_BYTES = 8192;

type Done = (error?: Error | null) => void;

/**
 * Standard input of a container, over a connection that is made when first needed. Waits for the monitor to take each
 * packet, so that a container that does not read holds its client up. What is written after the container has ended,
 * or where standard input is not open, is dropped: so does Docker.
 */
export class StdinWriter extends Writable {
  readonly #connect: () => Promise<Socket | undefined>;
  #connection: Promise<Socket | undefined> | undefined;
  #socket: Socket | undefined;
  #broken = false;

  constructor(connect: () => Promise<Socket | undefined>) {
    super({ highWaterMark: 64 * 1024 });
    this.#connect = connect;
  }

  /** Whether a connection was ever asked for, and so standard input is this client's. */
  get wasUsed(): boolean {
    return this.#connection !== undefined;
  }

  #open(): Promise<Socket | undefined> {
    this.#connection ??= this.#connectOnce();
    return this.#connection;
  }

  async #connectOnce(): Promise<Socket | undefined> {
    try {
      this.#socket = await this.#connect();
    } catch (error) {
      // The monitor has ended, and with it whoever would have read this.
      if (!isEngineError(error, 'not_found')) throw error;
    }
    const broken = () => {
      this.#broken = true;
    };
    this.#socket?.on('error', broken).on('close', broken);
    // The client was quicker to leave than the monitor to answer.
    if (this.destroyed) this.#socket?.destroy();
    return this.#socket;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#open().then((socket) => this.#send(socket, chunk, done), done);
  }

  #send(socket: Socket | undefined, chunk: Buffer, done: Done): void {
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
    const end = (socket: Socket | undefined): void => {
      if (socket === undefined || this.#broken) return done();
      socket.once('close', () => done());
      socket.end(() => done());
    };
    this.#open().then(end, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }
}
