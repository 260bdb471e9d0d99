import { closeSync, fstatSync } from 'node:fs';
import koffi from 'koffi';
import { hasErrorCode, SyscallError } from '../syscall-error.ts';
import type { Fd } from '../syscalls.ts';
import { acknowledgedErrno, decodeReplies, encodeMessages, type RouteReply, readAttributes } from './netlink.ts';

// linux/netlink.h, linux/sock_diag.h, linux/unix_diag.h
const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const NLM_F_REQUEST = 1;
const SOCK_DIAG_BY_FAMILY = 20;
const AF_UNIX = 1;
const ALL_STATES = 0xffffffff;
const NO_COOKIE = 0xffffffff;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;
const DIAG_MESSAGE_BYTES = 16;
const MSG_DONTWAIT = 0x40;
const REPLY_BYTES = 4096;

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)') as unknown as (
    ...args: [number, number, number]
  ) => Fd,
  send: libc.func('int64_t send(int fd, const uint8_t *bytes, size_t length, int flags)') as unknown as (
    ...args: [Fd, Uint8Array, number, number]
  ) => number,
  recv: libc.func('int64_t recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)') as unknown as (
    ...args: [Fd, Uint8Array, number, number]
  ) => number,
};

/**
 * See `Syscalls.isAccepted`. A connection that still waits in its listener's queue has a peer without an inode, which
 * it gets from accept(2).
 */
export function isAccepted(fd: Fd): boolean {
  const reply = ask(fstatSync(fd).ino);
  if (reply === undefined) return true;
  return readAttributes(reply.body.subarray(DIAG_MESSAGE_BYTES)).get(UNIX_DIAG_PEER)?.readUInt32LE() !== 0;
}

/** What the kernel knows of one unix socket; undefined when it was built without this kind of question. */
function ask(inode: number): RouteReply | undefined {
  const socket = c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
  if (socket < 0) {
    const error = new SyscallError('socket NETLINK_SOCK_DIAG', koffi.errno());
    if (hasErrorCode(error, 'EPROTONOSUPPORT')) return undefined;
    throw error;
  }
  try {
    const body = Buffer.alloc(24);
    body.writeUInt8(AF_UNIX, 0);
    [ALL_STATES, inode, UDIAG_SHOW_PEER, NO_COOKIE, NO_COOKIE].forEach((value, index) => {
      body.writeUInt32LE(value, 4 + 4 * index);
    });
    const message = { what: 'look at socket', type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_REQUEST, body };
    const bytes = encodeMessages([message]);
    if (c.send(socket, bytes, bytes.length, 0) < 0) throw new SyscallError('send sock_diag', koffi.errno());
    const answer = Buffer.alloc(REPLY_BYTES);
    const length = c.recv(socket, answer, answer.length, MSG_DONTWAIT);
    if (length < 0) throw new SyscallError('recv sock_diag', koffi.errno());
    const reply = decodeReplies(answer.subarray(0, length))[0];
    // ENOENT: no handler for unix sockets (CONFIG_UNIX_DIAG).
    return reply === undefined || acknowledgedErrno(reply) !== undefined ? undefined : reply;
  } finally {
    closeSync(socket);
  }
}
