const STREAM_NUMBER = { stdout: 1, stderr: 2 } as const;

export const FRAME_HEADER_BYTES = 8;

/** The eight bytes before each piece of a multiplexed stream: its number, three zeros, and the length, big-endian. */
export function frameHeader(stream: 'stdout' | 'stderr', lengthBytes: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  writeFrameHeader(header, 0, stream, lengthBytes);
  return header;
}

/** The same, into a buffer that has room for it at `offset`. */
export function writeFrameHeader(
  target: Buffer,
  offset: number,
  stream: 'stdout' | 'stderr',
  lengthBytes: number,
): void {
  target.writeUInt32BE(STREAM_NUMBER[stream] * 0x1000000, offset);
  target.writeUInt32BE(lengthBytes, offset + 4);
}
