import { Socket, type SocketConstructorOpts } from 'node:net';
import { internalError } from '../../errors/engine-error.ts';
import type { Fd } from '../syscalls.ts';

/** The part of Node's own pipe handle that is needed here. */
interface PipeHandle {
  /** @returns 0, or a negative errno. */
  open(fd: Fd): number;
}
interface PipeBinding {
  readonly Pipe: new (type: number) => PipeHandle;
  readonly constants: { readonly SOCKET: number };
}

/** Node keeps its handle classes behind this call alone; `new Socket({ fd })` refuses all but stream sockets. */
const { Pipe, constants } = (process as unknown as { binding(name: 'pipe_wrap'): PipeBinding }).binding('pipe_wrap');

/**
 * The event loop's own reading and writing on any descriptor that polls: one `data` event per packet of a
 * `SOCK_SEQPACKET` socket. The socket owns the descriptor from here on, also when this throws.
 */
export function socketOn(fd: Fd, options: SocketConstructorOpts = {}): Socket {
  const handle = new Pipe(constants.SOCKET);
  const result = handle.open(fd);
  if (result !== 0) throw internalError(`descriptor ${fd} cannot be polled: errno ${-result}`);
  return new Socket({ ...options, handle } as unknown as SocketConstructorOpts);
}

/**
 * The descriptor of a connection, which stays its owner's: good for a process that is started with it. To hand the socket
 * itself to `spawn` would stop its reading, and with it the news that the other side has gone. Undefined once closed.
 */
export function descriptorOf(socket: Socket): Fd | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle: { readonly fd?: Fd } | null };
  return handle?.fd === undefined || handle.fd < 0 ? undefined : handle.fd;
}

interface ReadHandle {
  reading: boolean;
  readStart(): number;
  readStop(): number;
}

/**
 * Stops the event loop's reading of a connection, for another process that reads it: `early` is what has been read
 * already. Until `release` nobody here learns that the other side has gone; the connection must not be read meanwhile.
 */
export function holdReading(socket: Socket): { readonly early: Buffer; release(): void } {
  const early: Buffer[] = [];
  for (let piece = socket.read() as Buffer | null; piece !== null; piece = socket.read() as Buffer | null) {
    early.push(piece);
  }
  const handle = () => (socket as unknown as { readonly _handle: ReadHandle | null })._handle;
  // After the last read(), which starts the reading anew.
  const held = handle();
  if (held !== null) {
    held.readStop();
    held.reading = false;
  }
  return {
    early: Buffer.concat(early),
    release: () => {
      const released = handle();
      if (released === null || released.reading) return;
      released.reading = true;
      released.readStart();
    },
  };
}
