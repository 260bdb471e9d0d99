import koffi from 'koffi';
import { check, declare } from '../libc.ts';
import type { Fd } from '../syscalls.ts';
import { SOL_SOCKET } from './socket-calls.ts';

const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;
const MSG_NOSIGNAL = 0x4000;
/** `struct cmsghdr` with one descriptor: length, level, type, descriptor, and padding. */
const CONTROL_BYTES = 24;
const CONTROL_LENGTH = 20;
const DESCRIPTOR_OFFSET = 16;

koffi.struct('skiff_iovec', { iov_base: 'uint8_t *', iov_len: 'size_t' });
koffi.struct('skiff_msghdr', {
  msg_name: 'void *',
  msg_namelen: 'uint32_t',
  msg_iov: 'skiff_iovec *',
  msg_iovlen: 'size_t',
  msg_control: 'uint8_t *',
  msg_controllen: 'size_t',
  msg_flags: 'int',
});
type MessageCall = (fd: Fd, message: object, flags: number) => number;
const sendmsg = declare<MessageCall>('int64_t sendmsg(int fd, const skiff_msghdr *message, int flags)');
const recvmsg = declare<MessageCall>('int64_t recvmsg(int fd, const skiff_msghdr *message, int flags)');

/** Sends a few bytes over a unix socket, and with them a descriptor, of which the receiver gets a copy (unix(7)). */
export function sendWithDescriptor(socket: Fd, bytes: Uint8Array, passed: Fd): void {
  const control = Buffer.alloc(CONTROL_BYTES);
  control.writeBigUInt64LE(BigInt(CONTROL_LENGTH), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  control.writeInt32LE(passed, DESCRIPTOR_OFFSET);
  check('sendmsg', sendmsg(socket, messageOf(bytes, control), MSG_NOSIGNAL));
}

/**
 * Fills `bytes` with what comes next over a unix socket; blocks. The caller closes the descriptor that came with it, if
 * any; it is close-on-exec. @returns how many bytes there were, 0 at the end.
 */
export function receiveWithDescriptor(
  socket: Fd,
  bytes: Uint8Array,
): { readonly length: number; readonly passed: Fd | undefined } {
  const control = Buffer.alloc(CONTROL_BYTES);
  const length = check('recvmsg', recvmsg(socket, messageOf(bytes, control), MSG_CMSG_CLOEXEC));
  const hasDescriptor = control.readBigUInt64LE(0) === BigInt(CONTROL_LENGTH);
  return { length, passed: hasDescriptor ? control.readInt32LE(DESCRIPTOR_OFFSET) : undefined };
}

function messageOf(bytes: Uint8Array, control: Buffer): object {
  return {
    msg_name: null,
    msg_namelen: 0,
    msg_iov: { iov_base: bytes, iov_len: bytes.length },
    msg_iovlen: 1,
    msg_control: control,
    msg_controllen: control.length,
    msg_flags: 0,
  };
}
