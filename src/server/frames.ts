import { frameHeader } from '../lib/stream-frame.ts';

/** Output as it goes over the wire: in frames, or raw for terminals. */
export async function* outputFrames(
  entries: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }>,
  multiplexed: boolean,
): AsyncGenerator<Uint8Array> {
  for await (const { stream, data } of entries) {
    if (multiplexed) yield frameHeader(stream, data.length);
    yield data;
  }
}
