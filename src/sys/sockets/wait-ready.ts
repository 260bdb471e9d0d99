import { declare } from '../libc.ts';

const POLLIN = 1;
const POLLOUT = 4;
const FOREVER = -1;
/** `struct pollfd`: descriptor, wanted events, found events. */
const POLLFD_BYTES = 8;

const poll = declare<(fds: Buffer, count: number, timeout: number) => number>(
  'int poll(void *fds, ulong count, int timeout)',
);

/**
 * Blocks until a descriptor takes more bytes, or an error can be had of it. For a process of its own.
 * @returns false when the other end of the connection `guard` has been closed meanwhile.
 */
export function waitWritable(fd: number, guard: number): boolean {
  return wait(fd, POLLOUT, guard);
}

/** As `waitWritable`, until there is something to read or the end of it. */
export function waitReadable(fd: number, guard: number): boolean {
  return wait(fd, POLLIN, guard);
}

function wait(fd: number, event: number, guard: number): boolean {
  const request = Buffer.alloc(2 * POLLFD_BYTES);
  request.writeInt32LE(fd, 0);
  request.writeInt16LE(event, 4);
  request.writeInt32LE(guard, POLLFD_BYTES);
  poll(request, 2, FOREVER);
  return request.readInt16LE(POLLFD_BYTES + 6) === 0;
}
