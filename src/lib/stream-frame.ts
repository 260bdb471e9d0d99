export const FRAME_HEADER_BYTES = 8;

const STREAM_NUMBER = { stdout: 1, stderr: 2 } as const;

/** The eight bytes before each piece of a multiplexed stream: its number, three zeros, and the length, big-endian. */
export function frameHeader(stream: 'stdout' | 'stderr', lengthBytes: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  writeFrameHeader(header, 0, stream, lengthBytes);
  return header;
}

export function writeFrameHeader(target: Buffer, at: number, stream: 'stdout' | 'stderr', lengthBytes: number): void {
  target.writeUInt32BE(STREAM_NUMBER[stream] << 24, at);
  target.writeUInt32BE(lengthBytes, at + 4);
}
