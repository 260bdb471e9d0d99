import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { check, declare } from '../libc.ts';
import { SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import { withinNetworkNamespace } from '../within-namespace.ts';
import { acknowledgedErrno, type RouteMessage, type RouteReply } from './netlink.ts';
import { type NetlinkFamily, openNetlink, receiveReplies, sendMessages } from './netlink-socket.ts';
import { getLink, isOperational, listLinks, readLink } from './route-message.ts';
import type { LinkInfo, RouteNetlink, RouteSocket } from './route-netlink.ts';

const SIOCGIFINDEX = 0x8933;
const IFREQ_BYTES = 40;
const IFNAME_BYTES = 16;
/** The kernel fills no datagram of a list beyond it. */
const LIST_BYTES = 32_768;
const END_OF_LIST = 3;

const FAMILY: NetlinkFamily = { number: 0, name: 'rtnetlink' };
const ioctl = declare<(fd: Fd, request: number, argument: Uint8Array) => number>(
  'int ioctl(int fd, ulong request, _Inout_ uint8_t *argument)',
);

class LinuxRouteSocket implements RouteSocket {
  readonly #fd: Fd;

  constructor(fd: Fd) {
    this.#fd = fd;
  }

  linkIndex(name: string): number | undefined {
    const request = Buffer.alloc(IFREQ_BYTES);
    request.write(name.slice(0, IFNAME_BYTES - 1));
    try {
      check('ioctl SIOCGIFINDEX', ioctl(this.#fd, SIOCGIFINDEX, request), name);
      return request.readInt32LE(IFNAME_BYTES);
    } catch (error) {
      if (hasErrorCode(error, 'ENODEV')) return undefined;
      throw error;
    }
  }

  async request(messages: readonly RouteMessage[]): Promise<void> {
    await this.#exchange(messages);
  }

  async areOperational(names: readonly string[]): Promise<boolean> {
    const replies = await this.#exchange(names.map(getLink));
    return replies.map(isOperational).filter((operational) => operational === true).length === names.length;
  }

  async link(name: string): Promise<LinkInfo | undefined> {
    try {
      const replies = await this.#exchange([getLink(name)]);
      return replies.map(readLink).find((link) => link !== undefined);
    } catch (error) {
      if (hasErrorCode(error, 'ENODEV')) return undefined;
      throw error;
    }
  }

  async links(): Promise<LinkInfo[]> {
    await sendMessages(this.#fd, FAMILY, [listLinks]);
    const found: LinkInfo[] = [];
    for (;;) {
      for (const reply of receiveReplies(this.#fd, FAMILY, LIST_BYTES)) {
        if (reply.type === END_OF_LIST) return found;
        const errno = acknowledgedErrno(reply);
        if (errno !== undefined && errno !== 0) throw new SyscallError('rtnetlink', errno, listLinks.what);
        const link = readLink(reply);
        if (link !== undefined) found.push(link);
      }
    }
  }

  /** Gives back what the kernel answered besides the acknowledgements. */
  async #exchange(messages: readonly RouteMessage[]): Promise<RouteReply[]> {
    await sendMessages(this.#fd, FAMILY, messages);
    const missing = new Set(messages.keys());
    const replies: RouteReply[] = [];
    let failure: SyscallError | undefined;
    while (missing.size > 0) {
      for (const reply of receiveReplies(this.#fd, FAMILY)) {
        const errno = acknowledgedErrno(reply);
        if (errno === undefined) replies.push(reply);
        else missing.delete(reply.sequence - 1);
        if (errno !== undefined && errno !== 0) {
          failure ??= new SyscallError('rtnetlink', errno, messages[reply.sequence - 1]?.what);
        }
      }
    }
    if (failure !== undefined) throw failure;
    return replies;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The kernel itself. */
export class LinuxRouteNetlink implements RouteNetlink {
  open(namespacePath?: string): RouteSocket {
    return withinNetworkNamespace(namespacePath, () => new LinuxRouteSocket(openNetlink(FAMILY)));
  }

  setSysctl(name: string, value: string, namespacePath?: string): boolean {
    return withinNetworkNamespace(namespacePath, () => {
      const path = `/proc/sys/net/${name}`;
      try {
        // What has the value already is not written: the file may be read-only, and some writes have side effects.
        if (readFileSync(path, 'utf8').trim() !== value) writeFileSync(path, value, { flag: 'r+' });
        return true;
      } catch (error) {
        if (hasErrorCode(error, 'ENOENT')) return false;
        throw error;
      }
    });
  }
}
