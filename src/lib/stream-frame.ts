const STREAM_NUMBER = { stdout: 1, stderr: 2 } as const;

/** The eight bytes before each piece of a multiplexed stream: its number, three zeros, and the length, big-endian. */
export function frameHeader(stream: 'stdout' | 'stderr', lengthBytes: number): Buffer {
  const header = Buffer.alloc(8);
  header[0] = STREAM_NUMBER[stream];
  header.writeUInt32BE(lengthBytes, 4);
  return header;
}
