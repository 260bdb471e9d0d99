import { closeSync, fstatSync } from 'node:fs';
import { hasErrorCode } from '../../lib/system-error.ts';
import { check } from '../libc.ts';
import { AF_UNIX, calls } from '../sockets/socket-calls.ts';
import type { Fd } from '../syscalls.ts';
import { acknowledgedErrno, encodeMessages, type RouteReply, readAttributes } from './netlink.ts';
import { type NetlinkFamily, openNetlink, receiveReplies } from './netlink-socket.ts';

const FAMILY: NetlinkFamily = { number: 4, name: 'sock_diag' };
// linux/netlink.h, linux/sock_diag.h, linux/unix_diag.h
const NLM_F_REQUEST = 1;
const SOCK_DIAG_BY_FAMILY = 20;
const ALL_STATES = 0xffffffff;
const NO_COOKIE = 0xffffffff;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;
const DIAG_MESSAGE_BYTES = 16;

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
  const socket = openIfKnown();
  if (socket === undefined) return undefined;
  try {
    const body = Buffer.alloc(24);
    body.writeUInt8(AF_UNIX, 0);
    [ALL_STATES, inode, UDIAG_SHOW_PEER, NO_COOKIE, NO_COOKIE].forEach((value, index) => {
      body.writeUInt32LE(value, 4 + 4 * index);
    });
    const bytes = encodeMessages([{ what: 'look at socket', type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_REQUEST, body }]);
    check(`send ${FAMILY.name}`, calls.send(socket, bytes, bytes.length, 0));
    const [reply] = receiveReplies(socket, FAMILY);
    // ENOENT: no handler for unix sockets (CONFIG_UNIX_DIAG).
    return reply === undefined || acknowledgedErrno(reply) !== undefined ? undefined : reply;
  } finally {
    closeSync(socket);
  }
}

function openIfKnown(): Fd | undefined {
  try {
    return openNetlink(FAMILY);
  } catch (error) {
    if (hasErrorCode(error, 'EPROTONOSUPPORT')) return undefined;
    throw error;
  }
}
