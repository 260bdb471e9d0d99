import { check, onPool } from '../libc.ts';
import { AF_NETLINK, calls, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_RAW } from '../sockets/socket-calls.ts';
import type { Fd } from '../syscalls.ts';
import { decodeReplies, encodeMessages, type RouteMessage, type RouteReply } from './netlink.ts';

const REPLY_BYTES = 8192;

/** A family of netlink (linux/netlink.h), with the name that its errors carry. */
export interface NetlinkFamily {
  readonly number: number;
  readonly name: string;
}

/** In the calling thread's network namespace. The caller closes it. @throws SyscallError. */
export function openNetlink({ number, name }: NetlinkFamily): Fd {
  return check(`socket ${name}`, calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, number));
}

/**
 * On a thread of the pool, as the kernel may have to wait for its locks. Everything has been carried out when this
 * resolves: all answers wait in the socket. @throws SyscallError.
 */
export async function sendMessages(fd: Fd, { name }: NetlinkFamily, messages: readonly RouteMessage[]): Promise<void> {
  const bytes = encodeMessages(messages);
  await onPool(`send ${name}`, calls.send, undefined, fd, bytes, bytes.length, 0);
}

/** The answers of one datagram. `sizeBytes` is what the kernel may put into it. @throws SyscallError, EAGAIN for none. */
export function receiveReplies(fd: Fd, { name }: NetlinkFamily, sizeBytes = REPLY_BYTES): RouteReply[] {
  const bytes = Buffer.alloc(sizeBytes);
  const length = check(`recv ${name}`, calls.recv(fd, bytes, bytes.length, MSG_DONTWAIT));
  return decodeReplies(bytes.subarray(0, length));
}
