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
  for await (const batch of batches) yield multiplexed ? framed(batch) : Buffer.concat(batch.map(({ data }) => data));
}

/** In one buffer of the right size: a million short lines are not worth a million small buffers. */
function framed(batch: readonly Output[]): Buffer {
  let sizeBytes = 0;
  for (const { data } of batch) sizeBytes += FRAME_HEADER_BYTES + data.length;
  const frames = Buffer.allocUnsafe(sizeBytes);
  let at = 0;
  for (const { stream, data } of batch) {
    writeFrameHeader(frames, at, stream, data.length);
    frames.set(data, at + FRAME_HEADER_BYTES);
    at += FRAME_HEADER_BYTES + data.length;
  }
  return frames;
}
