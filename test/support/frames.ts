/** The two streams of multiplexed output (8-byte header per frame: stream, three zeros, length), put together. */
export function demultiplex(body: Buffer): { stdout: string; stderr: string } {
  const streams: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
  for (let at = 0; at + 8 <= body.length; ) {
    const length = body.readUInt32BE(at + 4);
    streams[body[at] ?? 0]?.push(body.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return { stdout: Buffer.concat(streams[1]).toString(), stderr: Buffer.concat(streams[2]).toString() };
}
