import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { socketOn } from '../../sys/sockets/descriptor-socket.ts';
import type { Fd, Syscalls } from '../../sys/syscalls.ts';
import type { MonitorPaths } from '../paths.ts';
import type { MonitorStream, StdioOptions } from '../runtime.ts';
import type { RuntimeContext } from '../runtime-context.ts';
import { packetsOf } from './packets.ts';
import { StdinWriter } from './stdin-writer.ts';

const ACCEPT_LIMIT_MS = 2000;

interface Connection {
  readonly paths: MonitorPaths;
  readonly stdio: StdioOptions;
  readonly monitorExit: Promise<unknown>;
  readonly fd: Fd;
  readonly socket: Socket;
}

type StreamContext = Pick<RuntimeContext, 'syscalls' | 'streams'>;

/**
 * Connects a client to a container's monitor and waits until the monitor has taken the connection: what a process
 * writes that begins after this is the client's, however short it lives. A monitor that notices the process's end first
 * writes what is left to the log and looks for no clients any more: seen once in a thousand quick containers.
 */
export async function attachToMonitor(
  context: StreamContext,
  paths: MonitorPaths,
  stdio: StdioOptions,
  monitorExit: Promise<unknown>,
): Promise<MonitorStream> {
  const fd = await connectInTurn(context.syscalls, paths.attach);
  const socket = socketOn(fd, { allowHalfOpen: true });
  const stream = streamOver(context, { paths, stdio, monitorExit, fd, socket });
  // One that is busy with a client that reads nothing takes its time.
  const deadline = performance.now() + ACCEPT_LIMIT_MS;
  while (!socket.readableEnded && !socket.destroyed && !context.syscalls.isAccepted(fd)) {
    if (performance.now() > deadline) break;
    await delay(1);
  }
  return stream;
}

/**
 * Connects a client to a monitor, by two connections. Output comes over one that nothing is ever written to: a monitor
 * that ends with unread input would reset it, and what it had sent just before would be lost. Input goes over a second,
 * made when it is first needed; the monitor closes standard input when that one is half-closed.
 * @throws not_found when the monitor is gone.
 */
export function openMonitorStream(
  context: StreamContext,
  paths: MonitorPaths,
  stdio: StdioOptions,
  monitorExit: Promise<unknown>,
): MonitorStream {
  const fd = connect(context.syscalls, paths.attach);
  return streamOver(context, { paths, stdio, monitorExit, fd, socket: socketOn(fd, { allowHalfOpen: true }) });
}

function streamOver({ syscalls, streams }: StreamContext, connection: Connection): MonitorStream {
  const { paths, stdio, monitorExit, fd, socket } = connection;
  const input = new StdinWriter(async () => (stdio.stdin ? openInput(syscalls, paths) : undefined));
  const closesStdin = stdio.stdin && stdio.stdinOnce && !stdio.terminal;
  let open = true;
  let taken = 0;
  const stream: MonitorStream = {
    output: packetsOf(socket, (bytes) => {
      taken += bytes;
    }),
    input,
    close: () => {
      if (!open) return;
      open = false;
      input.destroy();
      // The monitor takes the end of any connection for the end of standard input. One that only listened must not
      // close it for the others: it is kept, deaf, until the monitor ends.
      if (closesStdin && !input.wasUsed && !socket.destroyed) {
        socket.resume();
        syscalls.shutdownRead(fd);
        socket.unref();
        // Also when it cannot be told how it ended, which is the business of whoever waits for that.
        const end = () => void socket.destroy();
        monitorExit.then(end, end);
      } else {
        socket.destroy();
      }
    },
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  streams.add(paths.directory, stream, () => taken, closed);
  return stream;
}

async function openInput(syscalls: Syscalls, paths: MonitorPaths): Promise<Socket> {
  const fd = await connectInTurn(syscalls, paths.attach);
  // The monitor's attempt to send output here fails once, and it sends no more.
  syscalls.shutdownRead(fd);
  return socketOn(fd, { allowHalfOpen: true, readable: false });
}

/** Waits while the monitor's queue of connections is full: it is ten long. */
async function connectInTurn(syscalls: Syscalls, path: string): Promise<Fd> {
  for (;;) {
    try {
      return connect(syscalls, path);
    } catch (error) {
      if (!hasErrorCode(error, 'EAGAIN', 'EWOULDBLOCK')) throw error;
      await delay(1);
    }
  }
}

/** Goes through the folder's descriptor: with IDs of 64 digits the path is longer than a socket address takes. */
function connect(syscalls: Syscalls, path: string): Fd {
  try {
    const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      return syscalls.connectSeqpacket(`/proc/self/fd/${directory}/${basename(path)}`);
    } finally {
      closeSync(directory);
    }
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ECONNREFUSED')) throw error;
    throw new EngineError('not_found', 'the container is not running: its monitor has ended', { cause: error });
  }
}
