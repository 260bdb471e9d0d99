import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { EngineError } from '../errors/engine-error.ts';
import { socketOn } from '../sys/descriptor-socket.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
import type { Fd, Syscalls } from '../sys/syscalls.ts';
import { packetsOf } from './packets.ts';
import type { MonitorPaths } from './paths.ts';
import type { MonitorStream, StdioOptions } from './runtime.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { StdinWriter } from './stdin-writer.ts';

/**
 * Connects a client to a monitor, by two connections. Output comes over one that nothing is ever written to: a monitor
 * that ends with unread input would reset it, and what it had sent just before would be lost. Input goes over a second,
 * made when it is first needed; the monitor closes standard input when that one is half-closed.
 * @throws not_found when the monitor is gone.
 */
export function openMonitorStream(
  { syscalls, streams }: Pick<RuntimeContext, 'syscalls' | 'streams'>,
  paths: MonitorPaths,
  stdio: StdioOptions,
  monitorExit: Promise<unknown>,
): MonitorStream {
  const fd = connect(syscalls, paths.attach);
  const socket = socketOn(fd, { allowHalfOpen: true });
  const input = new StdinWriter(() => (stdio.stdin ? openInput(syscalls, paths) : undefined));
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
        void monitorExit.finally(() => socket.destroy());
      } else {
        socket.destroy();
      }
    },
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  streams.add(paths.directory, stream, () => taken, closed);
  return stream;
}

function openInput(syscalls: Syscalls, paths: MonitorPaths) {
  const fd = connect(syscalls, paths.attach);
  // The monitor's attempt to send output here fails once, and it sends no more.
  syscalls.shutdownRead(fd);
  return socketOn(fd, { allowHalfOpen: true, readable: false });
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
