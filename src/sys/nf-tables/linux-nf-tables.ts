import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { acknowledgedErrno, decodeReplies, encodeMessages, type RouteMessage } from '../netlink/netlink.ts';
import { hasErrorCode, SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import type { ElementChange, NfTables } from './nf-tables.ts';
import { batchOf, forgetUdpFlows } from './nf-tables-message.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_NETFILTER = 12;
const MSG_DONTWAIT = 0x40;
const REPLY_BYTES = 8192;

type Callback = (error: unknown, result: number) => void;
const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)') as unknown as (
    ...args: [number, number, number]
  ) => Fd,
  send: libc.func('int64_t send(int fd, const uint8_t *bytes, size_t length, int flags)') as unknown as {
    async(fd: Fd, bytes: Uint8Array, length: number, flags: number, done: Callback): void;
  },
  recv: libc.func('int64_t recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)') as unknown as (
    ...args: [Fd, Uint8Array, number, number]
  ) => number,
};

/** The kernel itself, in the daemon's own network namespace. */
export class LinuxNfTables implements NfTables {
  async change(changes: readonly ElementChange[]): Promise<void> {
    if (changes.length > 0) await exchange(batchOf(changes));
  }

  async forgetDatagrams(ports: readonly number[]): Promise<void> {
    for (const message of ports.flatMap(forgetUdpFlows)) {
      try {
        await exchange([message]);
      } catch (error) {
        // There are none, or this kernel cannot look for them so.
        if (!hasErrorCode(error, 'ENOENT', 'EINVAL', 'EOPNOTSUPP')) throw error;
      }
    }
  }
}

async function exchange(messages: readonly RouteMessage[]): Promise<void> {
  const fd = c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) throw new SyscallError('socket NETLINK_NETFILTER', koffi.errno());
  try {
    await send(fd, encodeMessages(messages));
    throwFailure(fd, messages);
  } finally {
    closeSync(fd);
  }
}

/** On a thread of the pool: the kernel's lock for rules is held while another table, however large, is replaced. */
function send(fd: Fd, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    c.send.async(fd, bytes, bytes.length, 0, (error, result) => {
      if (error) reject(error as Error);
      else if (result < 0) reject(new SyscallError('send nfnetlink', koffi.errno()));
      else resolve();
    });
  });
}

/** The kernel has answered when send(2) returns. What is wrong with the batch as such it says to its first message. */
function throwFailure(fd: Fd, messages: readonly RouteMessage[]): void {
  for (;;) {
    const bytes = Buffer.alloc(REPLY_BYTES);
    const length = c.recv(fd, bytes, bytes.length, MSG_DONTWAIT);
    if (length < 0) {
      const error = new SyscallError('recv nfnetlink', koffi.errno());
      if (hasErrorCode(error, 'EAGAIN', 'EWOULDBLOCK')) return;
      throw error;
    }
    for (const reply of decodeReplies(bytes.subarray(0, length))) {
      const errno = acknowledgedErrno(reply) ?? 0;
      if (errno !== 0) throw new SyscallError('nfnetlink', errno, messages[reply.sequence - 1]?.what);
    }
  }
}
