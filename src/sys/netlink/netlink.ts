import { endianness } from 'node:os';

/** One rtnetlink request, and what it is called in an error. */
export interface RouteMessage {
  readonly what: string;
  readonly type: number;
  readonly flags: number;
  /** Everything after the message's header: the fixed part and the attributes. */
  readonly body: Buffer;
}

const HEADER_BYTES = 16;
const ACKNOWLEDGEMENT = 2;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

// Netlink speaks the host's byte order, and Node runs on little-endian Linux only (x64, arm64).
if (endianness() !== 'LE') throw new Error('route messages are written for little-endian machines');

function aligned(length: number): number {
  return (length + 3) & ~3;
}

export function attribute(type: number, ...values: readonly Buffer[]): Buffer {
  const length = 4 + values.reduce((sum, value) => sum + value.length, 0);
  const header = Buffer.alloc(4);
  header.writeUInt16LE(length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, ...values], aligned(length));
}

export function nested(type: number, ...attributes: readonly Buffer[]): Buffer {
  return attribute(type | NLA_F_NESTED, ...attributes);
}

export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The attributes in a buffer by type; of several of one type the last. */
export function readAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(offset);
    if (length < 4) break;
    found.set(bytes.readUInt16LE(offset + 2) & NLA_TYPE_MASK, bytes.subarray(offset + 4, offset + length));
    offset += aligned(length);
  }
  return found;
}

/** One datagram of all messages, numbered from 1; the kernel carries them out in order. */
export function encodeMessages(messages: readonly RouteMessage[]): Buffer {
  return Buffer.concat(
    messages.map(({ type, flags, body }, index) => {
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(HEADER_BYTES + body.length, 0);
      header.writeUInt16LE(type, 4);
      header.writeUInt16LE(flags, 6);
      header.writeUInt32LE(index + 1, 8);
      return Buffer.concat([header, body], aligned(HEADER_BYTES + body.length));
    }),
  );
}

/** One message that came from the kernel. */
export interface RouteReply {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

export function decodeReplies(datagram: Buffer): RouteReply[] {
  const found: RouteReply[] = [];
  for (let offset = 0; offset + HEADER_BYTES <= datagram.length; ) {
    const length = datagram.readUInt32LE(offset);
    if (length < HEADER_BYTES) break;
    const type = datagram.readUInt16LE(offset + 4);
    const sequence = datagram.readUInt32LE(offset + 8);
    found.push({ type, sequence, body: datagram.subarray(offset + HEADER_BYTES, offset + length) });
    offset += aligned(length);
  }
  return found;
}

/** The errno that a message ended with, 0 for success; undefined for a reply that is no acknowledgement. */
export function acknowledgedErrno(reply: RouteReply): number | undefined {
  return reply.type === ACKNOWLEDGEMENT ? Math.abs(reply.body.readInt32LE(0)) : undefined;
}
