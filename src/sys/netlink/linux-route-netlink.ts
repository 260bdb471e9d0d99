import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import koffi from 'koffi';
import { hasErrorCode, SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import { withinNetworkNamespace } from '../within-namespace.ts';
import { acknowledgedErrno, decodeReplies, encodeMessages, type RouteMessage, type RouteReply } from './netlink.ts';
import { getLink, isOperational, listLinks, readLink } from './route-message.ts';
import type { LinkInfo, RouteNetlink, RouteSocket } from './route-netlink.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_ROUTE = 0;
const MSG_DONTWAIT = 0x40;
const SIOCGIFINDEX = 0x8933;
const IFREQ_BYTES = 40;
const IFNAME_BYTES = 16;
const ENODEV = 19;
const REPLY_BYTES = 8192;
/** The kernel fills no datagram of a list beyond it. */
const LIST_BYTES = 32_768;
const END_OF_LIST = 3;

type Callback = (error: unknown, result: number) => void;
type Send = { async(fd: Fd, bytes: Uint8Array, length: number, flags: number, done: Callback): void };
const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)') as unknown as (
    ...args: [number, number, number]
  ) => Fd,
  ioctl: libc.func('int ioctl(int fd, ulong request, _Inout_ uint8_t *argument)') as unknown as (
    ...args: [Fd, number, Uint8Array]
  ) => number,
  send: libc.func('int64_t send(int fd, const uint8_t *bytes, size_t length, int flags)') as unknown as Send,
  recv: libc.func('int64_t recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)') as unknown as (
    ...args: [Fd, Uint8Array, number, number]
  ) => number,
};

class LinuxRouteSocket implements RouteSocket {
  readonly #fd: Fd;

  constructor(fd: Fd) {
    this.#fd = fd;
  }

  linkIndex(name: string): number | undefined {
    const request = Buffer.alloc(IFREQ_BYTES);
    request.write(name.slice(0, IFNAME_BYTES - 1));
    if (c.ioctl(this.#fd, SIOCGIFINDEX, request) === 0) return request.readInt32LE(IFNAME_BYTES);
    if (koffi.errno() === ENODEV) return undefined;
    throw new SyscallError('ioctl SIOCGIFINDEX', koffi.errno(), name);
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
    await this.#send(encodeMessages([listLinks]));
    const found: LinkInfo[] = [];
    for (;;) {
      const bytes = Buffer.alloc(LIST_BYTES);
      const length = c.recv(this.#fd, bytes, bytes.length, MSG_DONTWAIT);
      if (length < 0) throw new SyscallError('recv rtnetlink', koffi.errno());
      for (const reply of decodeReplies(bytes.subarray(0, length))) {
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
    await this.#send(encodeMessages(messages));
    // The kernel has carried everything out when send(2) returns: all acknowledgements wait in the socket.
    const missing = new Set(messages.keys());
    const replies: RouteReply[] = [];
    let failure: SyscallError | undefined;
    while (missing.size > 0) {
      const bytes = Buffer.alloc(REPLY_BYTES);
      const length = c.recv(this.#fd, bytes, bytes.length, MSG_DONTWAIT);
      if (length < 0) throw new SyscallError('recv rtnetlink', koffi.errno());
      for (const reply of decodeReplies(bytes.subarray(0, length))) {
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

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      c.send.async(this.#fd, bytes, bytes.length, 0, (error, result) => {
        if (error) reject(error as Error);
        else if (result < 0) reject(new SyscallError('send rtnetlink', koffi.errno()));
        else resolve();
      });
    });
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The kernel itself. */
export class LinuxRouteNetlink implements RouteNetlink {
  open(namespacePath?: string): RouteSocket {
    return withinNetworkNamespace(namespacePath, () => {
      const fd = c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
      if (fd < 0) throw new SyscallError('socket AF_NETLINK', koffi.errno());
      return new LinuxRouteSocket(fd);
    });
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
