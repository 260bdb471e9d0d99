import { closeSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { acknowledgedErrno, type RouteMessage, type RouteReply } from '../netlink/netlink.ts';
import { type NetlinkFamily, openNetlink, receiveReplies, sendMessages } from '../netlink/netlink-socket.ts';
import { SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import type { ElementChange, NfTables } from './nf-tables.ts';
import { batchOf, forgetUdpFlows } from './nf-tables-message.ts';

const FAMILY: NetlinkFamily = { number: 12, name: 'nfnetlink' };

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
  const fd = openNetlink(FAMILY);
  try {
    await sendMessages(fd, FAMILY, messages);
    throwFailure(fd, messages);
  } finally {
    closeSync(fd);
  }
}

/** What is wrong with the batch as such the kernel says to its first message. */
function throwFailure(fd: Fd, messages: readonly RouteMessage[]): void {
  for (let replies = nextReplies(fd); replies !== undefined; replies = nextReplies(fd)) {
    for (const reply of replies) {
      const errno = acknowledgedErrno(reply) ?? 0;
      if (errno !== 0) throw new SyscallError('nfnetlink', errno, messages[reply.sequence - 1]?.what);
    }
  }
}

/** Undefined when there are no more. */
function nextReplies(fd: Fd): RouteReply[] | undefined {
  try {
    return receiveReplies(fd, FAMILY);
  } catch (error) {
    if (hasErrorCode(error, 'EAGAIN', 'EWOULDBLOCK')) return undefined;
    throw error;
  }
}
