import { FRAME_HEADER_BYTES, writeFrameHeader } from '../lib/stream-frame.ts';

interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/** Output as it goes over the wire, in frames, or raw for terminals. A batch becomes one write: lines are often short. */
export async function* outputFrames(
  batches: AsyncIterable<readonly Output[]>,
  multiplexed: boolean,
): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) yield joined(batch, multiplexed ? FRAME_HEADER_BYTES : 0);
}

/** One allocation for all, since a log of short lines has hundreds of thousands of them. */
function joined(batch: readonly Output[], headerBytes: number): Buffer {
  const sizeBytes = batch.reduce((sum, { data }) => sum + headerBytes + data.length, 0);
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let at = 0;
  for (const { stream, data } of batch) {
    if (headerBytes > 0) writeFrameHeader(bytes, at, stream, data.length);
    at += headerBytes;
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}
